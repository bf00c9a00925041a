#pragma once
#define ZLIB_CONST
#include <zlib.h>

/// deflateInit2 is a macro. 16 more bits of window stand for gzip's header and trailer; 9 is the most memory for the work.
static inline int gzipInit(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
}
