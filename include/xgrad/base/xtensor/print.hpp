#pragma once

// How xtensor prints. xtensor 0.26 moved its headers into folders.
#if __has_include(<xtensor/io/xio.hpp>)
#    include <xtensor/io/xio.hpp>
#else
#    include <xtensor/xio.hpp>
#endif
