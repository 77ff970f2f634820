#pragma once

// The one place of the preprocessor: everything else in xgrad is plain C++.

#define XGRAD_VERSION_MAJOR 0
#define XGRAD_VERSION_MINOR 1
#define XGRAD_VERSION_PATCH 0

// A block kernel is one loop only if every rule in it is inlined, however long the statement. What
// is inlined by `flatten` is optimised once, in the kernel, and not again at each level below it.
#if defined(__GNUC__) || defined(__clang__)
#    define XGRAD_ALWAYS_INLINE [[gnu::always_inline]] inline
#    if defined(__clang__)
#        define XGRAD_FLATTEN [[gnu::flatten]]
#    else // of whose copies of a function (IPA-SRA) some do not inline all of it
#        define XGRAD_FLATTEN [[gnu::flatten, gnu::noclone]]
#    endif
#    define XGRAD_NOINLINE [[gnu::noinline]]
#    define XGRAD_COLD [[gnu::cold, gnu::noinline]]
#    define XGRAD_PREFETCH(address) __builtin_prefetch(address)
#    define XGRAD_PREFETCH_TO_WRITE(address) __builtin_prefetch(address, 1)
#else
#    define XGRAD_ALWAYS_INLINE inline
#    define XGRAD_FLATTEN
#    define XGRAD_NOINLINE
#    define XGRAD_COLD
#    define XGRAD_PREFETCH(address) static_cast<void>(address)
#    define XGRAD_PREFETCH_TO_WRITE(address) static_cast<void>(address)
#endif

// What several instructions read is loaded once, and not by each of them; and a product that has
// been rounded is not taken unrounded into a sum.
#if defined(__GNUC__) && defined(__SSE2__)
#    define XGRAD_KEEP_IN_REGISTER(value) __asm__("" : "+x"(value))
#elif defined(__GNUC__) && defined(__ARM_NEON)
#    define XGRAD_KEEP_IN_REGISTER(value) __asm__("" : "+w"(value))
#else
#    define XGRAD_KEEP_IN_REGISTER(value) static_cast<void>(value)
#endif

// What was rounded, a register or a number, stays so where the compiler may reorder sums
// (-ffast-math): what a sum has lost, b - ((a + b) - a), would be 0.
#if defined(__clang__) && defined(__SSE2__)
#    define XGRAD_KEEP_ROUNDED(value) value = __arithmetic_fence(value)
#    define XGRAD_KEEP_NUMBER_ROUNDED(value) value = __arithmetic_fence(value)
#elif defined(__ASSOCIATIVE_MATH__) || defined(__FAST_MATH__)
#    if defined(__AVX512F__)
#        define XGRAD_KEEP_ROUNDED(value) __asm__("" : "+v"(value))
#    elif defined(__SSE2__)
#        define XGRAD_KEEP_ROUNDED(value) __asm__("" : "+x"(value))
#    elif defined(__ARM_NEON)
#        define XGRAD_KEEP_ROUNDED(value) __asm__("" : "+w"(value))
#    else
#        define XGRAD_KEEP_ROUNDED(value) static_cast<void>(value)
#    endif
#    define XGRAD_KEEP_NUMBER_ROUNDED(value) __asm__("" : "+m"(value))
#else
#    define XGRAD_KEEP_ROUNDED(value) static_cast<void>(value)
#    define XGRAD_KEEP_NUMBER_ROUNDED(value) static_cast<void>(value)
#endif

// Everything that holds SIMD registers lives in an inline namespace named after the instruction
// set, so that objects compiled with different flags can be linked into one program.
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#    define XGRAD_ARCHITECTURE avx512
#elif defined(__AVX2__) && defined(__FMA__)
#    define XGRAD_ARCHITECTURE avx2
#elif defined(__AVX__)
#    define XGRAD_ARCHITECTURE avx
#elif defined(__SSE4_2__)
#    define XGRAD_ARCHITECTURE sse4
#elif defined(__ARM_NEON)
#    define XGRAD_ARCHITECTURE neon
#else
#    define XGRAD_ARCHITECTURE baseline
#endif

// Without it a product and a sum are two roundings.
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || (defined(_MSC_VER) && defined(__AVX2__))
#    define XGRAD_HAS_FMA 1
#else
#    define XGRAD_HAS_FMA 0
#endif

// Stores that go past the caches.
#if defined(__SSE2__)
#    define XGRAD_HAS_STREAMING_STORES 1
#else
#    define XGRAD_HAS_STREAMING_STORES 0
#endif

// Overruns of blocks are looked for.
#if defined(__SANITIZE_ADDRESS__)
#    define XGRAD_IS_ADDRESS_SANITIZED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define XGRAD_IS_ADDRESS_SANITIZED 1
#    endif
#endif
#if !defined(XGRAD_IS_ADDRESS_SANITIZED)
#    define XGRAD_IS_ADDRESS_SANITIZED 0
#endif

// XGRAD_NO_TBB builds without threads, XGRAD_NO_BLAS without BLAS.
#if !defined(XGRAD_NO_TBB)
#    define XGRAD_HAS_TBB 1
#else
#    define XGRAD_HAS_TBB 0
#endif

#if !defined(XGRAD_NO_BLAS)
#    define XGRAD_HAS_BLAS 1
#else
#    define XGRAD_HAS_BLAS 0
#endif

// With XGRAD_COMPILED the larger functions that are no templates are declared only, and
// instantiations that most programs share are promised: src/xgrad.cpp, the library, has them all.
#if !defined(XGRAD_COMPILED)
#    define XGRAD_FUNCTION inline
#    define XGRAD_DEFINES_FUNCTIONS 1
#elif defined(XGRAD_IS_LIBRARY)
#    define XGRAD_FUNCTION
#    define XGRAD_EXTERN
#    define XGRAD_DEFINES_FUNCTIONS 1
#else
#    define XGRAD_EXTERN extern
#    define XGRAD_DEFINES_FUNCTIONS 0
#endif

// How a compiler of Fortran names a subroutine: what LAPACK's functions are called in an object
// file.
#if defined(__APPLE__)
#    define XGRAD_FORTRAN_NAME(name) __asm__("_" name "_")
#else
#    define XGRAD_FORTRAN_NAME(name) __asm__(name "_")
#endif
