#pragma once

// The only include of xsimd.
//
// GCC 12 finds its own AVX-512 functions uninitialised where they are inlined (its bug 105593).
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Wuninitialized"
#    pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#    include <xsimd/xsimd.hpp>
#    pragma GCC diagnostic pop
#else
#    include <xsimd/xsimd.hpp>
#endif
