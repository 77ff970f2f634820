#pragma once

#include <xgrad/engine/block_reader.hpp>

#include <cstddef>

#if XGRAD_HAS_STREAMING_STORES
#    include <emmintrin.h>
#endif

namespace xgrad {
namespace detail {
/// Results from this size on go past the caches: they would not be there any more when somebody
/// reads them, and a store through the cache first reads what it overwrites. (Measured with
/// 1.5 x + b: 5 to 12 % at 32 to 80 MB on a Zen 3; nothing is lost at 16 MB.)
inline constexpr std::size_t least_streamed_bytes = std::size_t{32} << 20;

#if XGRAD_HAS_STREAMING_STORES
/// Copies whole cache lines to where they do not go through a cache.
inline void stream(void* to, void const* from, std::size_t bytes) noexcept
{
    auto* const line_to = static_cast<__m128i*>(to);
    auto const* const line_from = static_cast<__m128i const*>(from);
    for (std::size_t i = 0; i < padded_bytes(bytes) / sizeof(__m128i); ++i) {
        _mm_stream_si128(line_to + i, _mm_load_si128(line_from + i));
    }
}
#endif
} // namespace detail

/// Where one thread computes the blocks of a result that begins on a cache line: in place, or, of
/// a large one, in a block of its own that is then streamed.
template <class T>
class result_blocks
{
public:
    explicit result_blocks([[maybe_unused]] std::size_t size)
#if XGRAD_HAS_STREAMING_STORES
        : block_(size * sizeof(T) >= detail::least_streamed_bytes ? block_length * sizeof(T) : 0)
#else
        : block_(0)
#endif
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
            detail::stream(to, block_.template as<T>(), count * sizeof(T));
        }
#endif
    }

private:
    scratch_memory block_;
};
} // namespace xgrad
