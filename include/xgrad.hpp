#pragma once

#include <xgrad/xgrad.hpp>
