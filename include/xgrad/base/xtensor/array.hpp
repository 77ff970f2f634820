#pragma once

// xt::xarray and its adaptors. xtensor 0.26 moved its headers into folders.
#if __has_include(<xtensor/containers/xadapt.hpp>)
#    include <xtensor/containers/xadapt.hpp>
#    include <xtensor/containers/xarray.hpp>
#else
#    include <xtensor/xadapt.hpp>
#    include <xtensor/xarray.hpp>
#endif
