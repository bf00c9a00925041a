#pragma once

// Everything of OpenSSL 3.0 that is called. Macros and casts that Swift cannot import stand below as functions.

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline long shim_SSL_CTX_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline long shim_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}
static inline long shim_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline long shim_SSL_CTX_set_ticket_keys(SSL_CTX *context, void *keys, long length) {
    return SSL_CTX_set_tlsext_ticket_keys(context, keys, length);
}
static inline long shim_SSL_CTX_set_read_ahead(SSL_CTX *context, int on) { return SSL_CTX_set_read_ahead(context, on); }
static inline long shim_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *groups) {
    return SSL_CTX_set1_groups_list(context, groups);
}

/// Server preference of ciphers, no renegotiation, no compression; a peer that closes without close_notify is an ordinary end.
static inline void shim_SSL_CTX_set_server_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

/// Contexts with the certificates of further hosts; it goes with the context that it was added to, which sessions outlive.
struct shim_further_contexts {
    int count;
    SSL_CTX *contexts[];
};
static inline void shim_free_further_contexts(
    void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument) {
    (void)parent, (void)data, (void)index, (void)number, (void)argument;
    struct shim_further_contexts *further = pointer;
    if (!further) return;
    for (int each = 0; each < further->count; each++) SSL_CTX_free(further->contexts[each]);
    free(further);
}
/// A new place for them in contexts. To be asked for once.
static inline int shim_further_contexts_index(void) {
    return CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, NULL, NULL, NULL, shim_free_further_contexts);
}

/// Frees a text that a context holds.
static inline void shim_free_text(
    void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument) {
    (void)parent, (void)data, (void)index, (void)number, (void)argument;
    free(pointer);
}
/// A new place for a text in contexts. To be asked for once.
static inline int shim_text_index(void) {
    return CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, NULL, NULL, NULL, shim_free_text);
}
/// Has a context hold a copy of a text. 1, or 0.
static inline int shim_SSL_CTX_set_text(SSL_CTX *context, int index, const char *text) {
    char *copy = strdup(text);
    if (!copy) return 0;
    if (SSL_CTX_set_ex_data(context, index, copy) == 1) return 1;
    free(copy);
    return 0;
}
/// The text of the context whose certificate was chosen for a connection; it lives as long as that.
static inline const char *shim_SSL_context_text(const SSL *connection, int index) {
    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), index);
}

/// Takes the first certificate that is for the host that the client names, one without a wildcard before one with; else stays with the first.
static inline int shim_choose_context(SSL *connection, int *alert, void *index) {
    (void)alert;
    const char *host = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    SSL_CTX *first = SSL_get_SSL_CTX(connection);
    struct shim_further_contexts *further = SSL_CTX_get_ex_data(first, (int)(intptr_t)index);
    if (!host || !further) return SSL_TLSEXT_ERR_OK;
    const unsigned flags[] = {X509_CHECK_FLAG_NO_WILDCARDS, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS};
    for (int pass = 0; pass < 2; pass++) {
        for (int each = -1; each < further->count; each++) {
            SSL_CTX *context = each < 0 ? first : further->contexts[each];
            if (X509_check_host(SSL_CTX_get0_certificate(context), host, 0, flags[pass], NULL) != 1) continue;
            if (each >= 0) SSL_set_SSL_CTX(connection, context);
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_OK;
}

/// Adds contexts, each kept as long as this one. 1, or 0.
static inline int shim_SSL_CTX_add_contexts(SSL_CTX *context, int index, SSL_CTX **contexts, int count) {
    struct shim_further_contexts *further = malloc(sizeof *further + (size_t)count * sizeof(SSL_CTX *));
    if (!further) return 0;
    further->count = count;
    for (int each = 0; each < count; each++) {
        SSL_CTX_up_ref(contexts[each]);
        further->contexts[each] = contexts[each];
    }
    if (SSL_CTX_set_ex_data(context, index, further) != 1) {
        shim_free_further_contexts(NULL, further, NULL, index, 0, NULL);
        return 0;
    }
    SSL_CTX_set_tlsext_servername_arg(context, (void *)(intptr_t)index);
    SSL_CTX_set_tlsext_servername_callback(context, shim_choose_context);
    return 1;
}

/// A client's: no renegotiation, no compression.
static inline void shim_SSL_CTX_set_client_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

/// Has a client ask for a host, a name or an address, and take no certificate that is for another one. 1, or 0.
static inline int shim_SSL_expect_host(SSL *connection, const char *host) {
    X509_VERIFY_PARAM *parameters = SSL_get0_param(connection);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1) return 1;
    return X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1 && SSL_set_tlsext_host_name(connection, host) == 1;
}

/// Empties this thread's error queue. Looking first costs less: it is empty nearly always.
static inline void shim_ERR_clear(void) {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

/// A connection gives its record buffers back between two requests (SSL_MODE_RELEASE_BUFFERS), so each request takes two blocks of a size for
/// which malloc looks long. A few of them stay with the thread.
enum { SHIM_BLOCK_SIZE = 20 * 1024, SHIM_BLOCKS = 8 };
struct shim_blocks {
    void *all[SHIM_BLOCKS];
    int count;
};
static inline struct shim_blocks *shim_kept_blocks(void) {
    static __thread struct shim_blocks blocks;
    return &blocks;
}

static inline void *shim_allocate(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    if (size <= 16 * 1024 || size > SHIM_BLOCK_SIZE) return malloc(size);
    struct shim_blocks *kept = shim_kept_blocks();
    return kept->count > 0 ? kept->all[--kept->count] : malloc(SHIM_BLOCK_SIZE);
}
static inline void *shim_reallocate(void *block, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return realloc(block, size);
}
static inline void shim_release(void *block, const char *file, int line) {
    (void)file;
    (void)line;
    size_t size = block ? malloc_usable_size(block) : 0;
    struct shim_blocks *kept = shim_kept_blocks();
    if (size >= SHIM_BLOCK_SIZE && size < SHIM_BLOCK_SIZE + 64 && kept->count < SHIM_BLOCKS) {
        kept->all[kept->count++] = block;
    } else {
        free(block);
    }
}
/// Has OpenSSL keep record buffers by thread; without effect once it has allocated anything.
static inline void shim_keep_record_buffers(void) {
    CRYPTO_set_mem_functions(shim_allocate, shim_reallocate, shim_release);
}

static inline void shim_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void shim_BIO_clear_retry_flags(BIO *bio) { BIO_clear_retry_flags(bio); }

/// Counts every step of the handshake machine, which post-handshake messages (TLS 1.3 KeyUpdate) take as well. Records of data take none.
static inline void shim_count_step(const SSL *connection, int event, int result) {
    (void)result;
    if (!(event & SSL_CB_LOOP)) return;
    long steps = (long)SSL_get_app_data(connection);
    SSL_set_app_data((SSL *)connection, (void *)(steps + 1));
}
static inline void shim_SSL_CTX_count_steps(SSL_CTX *context) { SSL_CTX_set_info_callback(context, shim_count_step); }
static inline long shim_SSL_steps(const SSL *connection) { return (long)SSL_get_app_data(connection); }
