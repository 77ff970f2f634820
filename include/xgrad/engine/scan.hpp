#pragma once

#include <xgrad/engine/compute.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

// Running results along one axis, forwards or backwards.

namespace xgrad {
/// An axis of a row-major array, or all axes as one: `outer` times `length` rows of `inner`
/// elements.
struct scanned_axis
{
    std::size_t outer = 1;
    std::size_t length = 1;
    std::size_t inner = 1;
    bool backwards = false;
    bool is_whole = false; // all axes as one

    /// Bit i of `axes`: axis i. They are one, or all.
    scanned_axis(shape_type const& shape, std::uint64_t axes, bool from_the_end)
        : backwards(from_the_end),
          is_whole(static_cast<std::size_t>(std::popcount(axes)) == shape.size())
    {
        auto const axis = static_cast<std::size_t>(std::countr_zero(axes));
        for (std::size_t i = 0; i < shape.size(); ++i) {
            (is_whole || i == axis ? length : i < axis ? outer : inner) *= shape[i];
        }
    }

    shape_type shape() const { return {outer, length, inner}; }

    std::size_t slab() const noexcept { return length * inner; }

    std::size_t size() const noexcept { return outer * slab(); }

    scanned_axis reversed() const
    {
        auto other = *this;
        other.backwards = !backwards;
        return other;
    }

    /// to[i] = first(i) at the start of the axis and then, in order, next(i, what came before): of
    /// elements [begin, end), where those that come before them are done.
    template <class T, class First, class Next>
    void walk(T* to, std::size_t begin, std::size_t end, First const& first, Next const& next) const
    {
        backwards ? walk_by<-1>(to, size() - end, size() - begin, first, next)
                  : walk_by<1>(to, begin, end, first, next);
    }

    /// And of all elements.
    template <class T, class First, class Next>
    void walk(T* to, First const& first, Next const& next) const
    {
        auto const work = 2 * static_cast<double>(size());
        for_each_chunk(slab() == 0 ? 0 : outer, work, [&](std::size_t o) {
            walk(to, o * slab(), (o + 1) * slab(), first, next);
        });
    }

private:
    /// Places are counted in the order of the walk.
    template <std::ptrdiff_t Step, class T, class First, class Next>
    void
    walk_by(T* to, std::size_t begin, std::size_t end, First const& first, Next const& next) const
    {
        auto const row = static_cast<std::ptrdiff_t>(inner);
        auto const rows = static_cast<std::ptrdiff_t>(slab());
        auto const last = static_cast<std::ptrdiff_t>(end);
        auto const origin = Step > 0 ? 0 : static_cast<std::ptrdiff_t>(size()) - 1;
        for (auto place = static_cast<std::ptrdiff_t>(begin); place < last;) {
            auto const inside = place % rows;
            auto i = origin + Step * place;
            auto const stop = std::min(last, place - inside + (inside < row ? row : rows));
            if (inside < row) {
                for (; place < stop; ++place, i += Step) {
                    to[i] = first(i);
                }
            } else if (row == 1) {
                for (auto before = to[i - Step]; place < stop; ++place, i += Step) {
                    to[i] = before = next(i, before);
                }
            } else {
                for (; place < stop; ++place, i += Step) {
                    to[i] = next(i, to[i - Step * row]);
                }
            }
        }
    }
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The values of elements [begin, end) of an expression, to `out`.
template <class T>
void compute_stretch(
    block_kernels const& kernels,
    loop_plan const& p,
    T const* scalars,
    std::size_t begin,
    std::size_t end,
    T* out)
{
    auto const length = chunk_length(kernels.cost);
    auto const work = static_cast<double>(end - begin) * kernels.cost;
    for_each_chunk(chunks_in(end - begin, length), work, [&](std::size_t chunk) {
        block_reader<T> reader(p);
        auto const last = std::min(end, begin + (chunk + 1) * length);
        for (auto i = begin + chunk * length; i < last; i += reader.longest()) {
            auto const count = std::min(reader.longest(), last - i);
            kernels.values(
                {.operands = reinterpret_cast<void const* const*>(reader.read(i, count)),
                 .scalars = scalars,
                 .values = out + (i - begin),
                 .count = count,
                 .program = kernels.program});
        }
    });
}
} // namespace vectorized

/// The running results of an expression's values: next(value, what came before). The values are
/// written where the results go, a stretch that stays in cache at a time, and become them there.
template <class T, class Next>
void compute_scan(
    block_kernels const& kernels,
    bool is_leaf,
    loop_plan const& p,
    T const* scalars,
    scanned_axis const& axis,
    Next const& next,
    T* out)
{
    constexpr auto stretch = 32 * any_block_length;
    if (p.size == 0) {
        return;
    }
    bool const where_it_lies = is_leaf && p.operands[0].how == access_kind::direct;
    auto const* const x = where_it_lies ? static_cast<T const*>(p.operands[0].data) : out;
    // Rows that do not depend on one another go in chunks.
    auto const fewest = vectorized::rows_to_a_register(axis.slab()) * axis.slab();
    auto const cost = kernels.cost + 1;
    auto const length = (vectorized::chunk_length(cost) + fewest - 1) / fewest * fewest;
    auto const work = static_cast<double>(p.size) * cost;
    for_each_chunk(vectorized::chunks_in(p.size, length), work, [&](std::size_t chunk) {
        auto const begin = chunk * length;
        auto const end = std::min(p.size, begin + length);
        auto const stretches = vectorized::chunks_in(end - begin, stretch);
        for (std::size_t k = 0; k < stretches; ++k) {
            auto const first = begin + stretch * (axis.backwards ? stretches - 1 - k : k);
            auto const last = std::min(end, first + stretch);
            if (!where_it_lies) {
                vectorized::compute_stretch(kernels, p, scalars, first, last, out + first);
            }
            axis.walk(
                out,
                first,
                last,
                [x](std::ptrdiff_t i) { return x[i]; },
                [x, &next](std::ptrdiff_t i, T before) { return next(x[i], before); });
        }
    });
}
} // namespace XGRAD_ARCHITECTURE

/// r_i = b_i + a_i r_(i-1); the results may lie where a or b does.
template <class T>
void linear_scan(scanned_axis const& axis, T const* a, T const* b, T* r)
{
    axis.walk(
        r,
        [=](std::ptrdiff_t i) { return b[i]; },
        [=](std::ptrdiff_t i, T before) { return b[i] + a[i] * before; });
}
} // namespace xgrad
