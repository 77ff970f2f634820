#pragma once

// The slices of a view. xtensor 0.26 moved its headers into folders.
#if __has_include(<xtensor/views/xslice.hpp>)
#    include <xtensor/views/xslice.hpp>
#else
#    include <xtensor/xslice.hpp>
#endif
