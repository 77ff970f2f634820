#pragma once

// What an expression is to xtensor. xtensor 0.26 moved its headers into folders.
#if __has_include(<xtensor/core/xsemantic.hpp>)
#    include <xtensor/core/xsemantic.hpp>
#else
#    include <xtensor/xsemantic.hpp>
#endif
