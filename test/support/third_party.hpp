// What xgrad's headers include of other projects, all of it.

#include <xsimd/xsimd.hpp>

// xtensor 0.26 moved its headers into folders
#if __has_include(<xtensor/containers/xarray.hpp>)
#    include <xtensor/containers/xarray.hpp>
#    include <xtensor/core/xmath.hpp>
#    include <xtensor/io/xio.hpp>
#    include <xtensor/views/xview.hpp>
#else
#    include <xtensor/xarray.hpp>
#    include <xtensor/xio.hpp>
#    include <xtensor/xmath.hpp>
#    include <xtensor/xview.hpp>
#endif
