#pragma once

#include "CLinuxOperations.h"
#include "EventLoopShims.h"
