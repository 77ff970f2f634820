#pragma once

// xtensor's views with slices known at run time, and its padding. xtensor 0.26 moved its headers
// into folders.
#if __has_include(<xtensor/views/xdynamic_view.hpp>)
#    include <xtensor/misc/xpad.hpp>
#    include <xtensor/views/xdynamic_view.hpp>
#    include <xtensor/views/xstrided_view.hpp>
#else
#    include <xtensor/xdynamic_view.hpp>
#    include <xtensor/xpad.hpp>
#    include <xtensor/xstrided_view.hpp>
#endif
#if __has_include(<xtensor/misc/xtl_concepts.hpp>)
#    include <xtensor/misc/xtl_concepts.hpp> // by which some of its overloads are told apart
#endif
