#pragma once

#include "CLinuxOperations.h"
