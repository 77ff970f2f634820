#pragma once

#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/simd/batch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Where the adjoints of an expression's leaves go; `Carries`: whether a leaf has one.
///
/// Leaves that are one tensor (`x * x`) have one place. Their adjoints are added up in registers:
/// through memory each addition would wait for the store before it.
template <class T, std::size_t Count, std::array<bool, Count> Carries>
class leaf_adjoints
{
    using V = simd::batch<T>;

public:
    explicit leaf_adjoints(adjoint_block const& block)
        : leaf_adjoints(block, std::make_index_sequence<Count>{})
    {}

    XGRAD_ALWAYS_INLINE void store(V (&own)[Count], std::size_t at) const
    {
        store(own, at, std::make_index_sequence<Count>{});
    }

    /// Where none of them is NaN.
    XGRAD_ALWAYS_INLINE static simd::mask<T> numbers(V const (&own)[Count])
    {
        return numbers(own, std::make_index_sequence<Count>{});
    }

private:
    static constexpr auto first_carried =
        std::size_t(std::find(Carries.begin(), Carries.end(), true) - Carries.begin());

    template <std::size_t... K>
    XGRAD_ALWAYS_INLINE static simd::mask<T>
    numbers(V const (&own)[Count], std::index_sequence<K...>)
    {
        auto where = own[first_carried] == own[first_carried];
        ((Carries[K] && K > first_carried ? void(where = where && own[K] == own[K]) : void()), ...);
        return where;
    }

    // Each pair of leaves is a test: with many leaves memory is the better place to add.
    static constexpr bool in_registers = Count <= 4;

    template <std::size_t... K>
    XGRAD_ALWAYS_INLINE leaf_adjoints(adjoint_block const& block, std::index_sequence<K...>)
        : place_{static_cast<T*>(block.adjoints[K])...},
          first_{K...},
          accumulate_{block.accumulate[K]...}
    {
        (find_first<K>(std::make_index_sequence < in_registers ? K : 0 > {}), ...);
    }

    template <std::size_t K, std::size_t... J>
    XGRAD_ALWAYS_INLINE void find_first(std::index_sequence<J...>)
    {
        ((first_[K] =
              Carries[K] && Carries[J] && first_[K] == K && place_[J] == place_[K] ? J : first_[K]),
         ...);
        some_repeat_ = some_repeat_ || first_[K] != K;
    }

    template <std::size_t... K>
    XGRAD_ALWAYS_INLINE void store(V (&own)[Count], std::size_t at, std::index_sequence<K...>) const
    {
        if (some_repeat_) {
            (join<K>(own, std::make_index_sequence < in_registers ? K : 0 > {}), ...);
        }
        (store_leaf<K>(own, at), ...);
    }

    template <std::size_t K, std::size_t... J>
    XGRAD_ALWAYS_INLINE void join(V (&own)[Count], std::index_sequence<J...>) const
    {
        if constexpr (Carries[K]) {
            (join_pair<J, K>(own), ...);
        }
    }

    template <std::size_t J, std::size_t K>
    XGRAD_ALWAYS_INLINE void join_pair(V (&own)[Count]) const
    {
        if constexpr (Carries[J]) {
            if (first_[K] == J) {
                own[J] = sum_of_rounded(own[J], own[K]);
            }
        }
    }

    template <std::size_t K>
    XGRAD_ALWAYS_INLINE void store_leaf(V (&own)[Count], std::size_t at) const
    {
        if constexpr (Carries[K]) {
            if (!some_repeat_ || first_[K] == K) {
                auto* const to = place_[K] + at;
                (accumulate_[K] ? sum_of_rounded(V::load(to), own[K]) : own[K]).store(to);
            }
        }
    }

    T* place_[Count];
    std::size_t first_[Count]; // the first leaf that is the same tensor
    bool accumulate_[Count];
    bool some_repeat_ = false;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
