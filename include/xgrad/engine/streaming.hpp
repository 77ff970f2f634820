#pragma once

#include <xgrad/engine/block_reader.hpp>

#include <cstddef>

#if XGRAD_HAS_STREAMING_STORES
#    include <immintrin.h>
#endif

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Results from this size on go past the caches: they would not be there any more when somebody
/// reads them, and a store through the cache first reads what it overwrites. (Measured with
/// 1.5 x + b: 5 to 12 % at 32 to 80 MB on a Zen 3, nothing is lost at 16 MB; 18 % at 80 MB on a
/// Zen 5.)
inline constexpr std::size_t least_streamed_bytes = std::size_t{32} << 20;

/// But not where computing an element takes longer than moving it (an expensive function costs 1):
/// stores then pass beside the computation, and a detour is felt (bench's (b) at 80 MB on a Zen 5:
/// 1.23 ns an element without, 1.53 with).
inline constexpr float least_unstreamed_cost = 1;

inline bool is_streamed(std::size_t bytes, float cost) noexcept
{
    return XGRAD_HAS_STREAMING_STORES && bytes >= least_streamed_bytes &&
        cost < least_unstreamed_cost;
}

#if XGRAD_HAS_STREAMING_STORES
#    if defined(__AVX512F__)
using streamed = __m512i; // a line in one store
inline void stream_one(streamed* to, streamed const* from) noexcept
{
    _mm512_stream_si512(to, _mm512_load_si512(from));
}
#    else
using streamed = __m128i;
inline void stream_one(streamed* to, streamed const* from) noexcept
{
    _mm_stream_si128(to, _mm_load_si128(from));
}
#    endif

/// Copies whole cache lines to where they do not go through a cache.
inline void stream(void* to, void const* from, std::size_t bytes) noexcept
{
    for (std::size_t i = 0; i < padded_bytes(bytes) / sizeof(streamed); ++i) {
        stream_one(static_cast<streamed*>(to) + i, static_cast<streamed const*>(from) + i);
    }
}
#endif
} // namespace vectorized

/// Where one thread computes the blocks of a result that begins on a cache line: in place, or, of
/// a large one, in a block of its own that is then streamed.
template <class T>
class result_blocks
{
public:
    /// `cost`: that of computing an element, in nanoseconds, roughly.
    result_blocks(std::size_t size, float cost)
        : block_(vectorized::is_streamed(size * sizeof(T), cost) ? block_length<T> * sizeof(T) : 0)
    {}

    result_blocks(result_blocks const&) = delete;
    result_blocks& operator=(result_blocks const&) = delete;

    ~result_blocks()
    {
#if XGRAD_HAS_STREAMING_STORES
        if (streams()) {
            _mm_sfence(); // other threads see the result with what they are told of it
        }
#endif
    }

    /// A block may hold no more than block_length elements.
    bool streams() const noexcept { return block_.template as<T>() != nullptr; }

    /// Where the elements that belong at `to` are to be computed.
    T* place_of(T* to) const noexcept { return streams() ? block_.template as<T>() : to; }

    /// They have been computed.
    void finish([[maybe_unused]] T* to, [[maybe_unused]] std::size_t count) const noexcept
    {
#if XGRAD_HAS_STREAMING_STORES
        if (streams()) {
            vectorized::stream(to, block_.template as<T>(), count * sizeof(T));
        }
#endif
    }

private:
    scratch_memory block_;
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
