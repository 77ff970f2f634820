#pragma once

// xtensor's elementwise functions. xtensor 0.26 moved its headers into folders.
#if __has_include(<xtensor/core/xeval.hpp>)
#    include <xtensor/core/xeval.hpp>
#    include <xtensor/core/xmath.hpp>
#    include <xtensor/core/xoperation.hpp>
#else
#    include <xtensor/xeval.hpp>
#    include <xtensor/xmath.hpp>
#    include <xtensor/xoperation.hpp>
#endif
