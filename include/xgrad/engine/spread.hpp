#pragma once

#include <xgrad/base/broadcast.hpp>
#include <xgrad/base/scratch_memory.hpp>
#include <xgrad/base/short_list.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/block_length.hpp>
#include <xgrad/engine/copy_rows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

// Statements over at most two blocks of elements whose operands broadcast: each operand is written
// out over the index space, so that the kernel finds arrays of one shape, and nothing has to be
// planned.

namespace xgrad {
namespace detail {
/// Elements of an array along several axes, of which some stretch it; returns where they end.
template <std::size_t Bytes>
std::byte* spread_axes(
    std::byte const* from,
    std::span<std::size_t const> axes,
    std::ptrdiff_t const* strides,
    std::byte* to)
{
    if (axes.empty()) {
        std::memcpy(to, from, Bytes);
        return to + Bytes;
    }
    auto const inner = axes.subspan(1);
    if (inner.empty()) {
        copy_run<Bytes>(from, strides[0], to, axes[0]);
        return to + axes[0] * Bytes;
    }
    if (strides[0] == 0) {
        // Once, and then what there is, twice as much each time.
        auto const* const end = spread_axes<Bytes>(from, inner, strides + 1, to);
        auto const period = static_cast<std::size_t>(end - to);
        auto const all = period * axes[0];
        for (auto filled = period; filled < all; filled *= 2) {
            std::memcpy(to + filled, to, std::min(filled, all - filled));
        }
        return to + all;
    }
    if (inner.size() == 1 && inner[0] * Bytes <= short_row_bytes) {
        copy_short_rows<Bytes>({from, axes[0], strides[0], inner[0], strides[1]}, to);
        return to + axes[0] * inner[0] * Bytes;
    }
    auto const step = strides[0] * static_cast<std::ptrdiff_t>(Bytes);
    for (std::size_t i = 0; i < axes[0]; ++i, from += step) {
        to = spread_axes<Bytes>(from, inner, strides + 1, to);
    }
    return to;
}
} // namespace detail

/// Writes the elements of a dense array of one shape in the order of a space into which it
/// broadcasts, and zeros behind them up to a whole register.
inline void spread(
    element_type type, void const* from, shape_type const& shape, shape_type const& space, void* to)
{
    auto const joined = joined_axes(shape, space);
    auto const bytes = bytes_of(type);
    auto const spread_all = bytes == 8 ? detail::spread_axes<8> : detail::spread_axes<4>;
    auto* const first = static_cast<std::byte*>(to);
    auto* const end = spread_all(
        static_cast<std::byte const*>(from),
        {joined.axes.data(), joined.axes.size()},
        joined.strides.data(),
        first);
    auto const written = static_cast<std::size_t>(end - first);
    std::memset(end, 0, padded_bytes(written) - written);
}

/// Operands of the type in which a statement computes, dense, over a space of at most two blocks of
/// elements: whether they are such, and if so the elements of each over the whole space.
class spread_operands
{
public:
    spread_operands(
        std::span<tensor_body* const> operands, shape_type const& space, element_type compute)
        : bytes_(element_count(space) * bytes_of(compute)),
          fit_(
              bytes_ != 0 && bytes_ <= few_blocks<std::byte> &&
              std::all_of(
                  operands.begin(),
                  operands.end(),
                  [&](auto const* operand) { return operand->dense(compute); })),
          pointers_(operands.size()),
          memory_(fit_ ? smaller(operands) * padded_bytes(bytes_) : 0)
    {
        auto* next = memory_.as<std::byte>();
        for (std::size_t i = 0; i < operands.size() && fit_; ++i) {
            auto const& operand = *operands[i];
            pointers_[i] = operand.data;
            if (is_smaller(operand)) {
                spread(compute, operand.data, operand.shape, space, next);
                pointers_[i] = next;
                next += padded_bytes(bytes_);
            }
        }
    }

    explicit operator bool() const noexcept { return fit_; }

    void const* const* pointers() noexcept { return pointers_.get().data(); }

private:
    bool is_smaller(tensor_body const& operand) const noexcept
    {
        return operand.size * bytes_of(operand.type) != bytes_;
    }

    std::size_t smaller(std::span<tensor_body* const> operands) const noexcept
    {
        return static_cast<std::size_t>(std::count_if(
            operands.begin(), operands.end(), [&](auto const* o) { return is_smaller(*o); }));
    }

    std::size_t bytes_; // of one array over the whole space
    bool fit_;
    short_list<void const*> pointers_;
    scratch_memory memory_;
};
} // namespace xgrad
