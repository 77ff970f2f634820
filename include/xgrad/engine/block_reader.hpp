#pragma once

#include <xgrad/base/scratch_memory.hpp>
#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/block_length.hpp>
#include <xgrad/engine/plan.hpp>

#include <algorithm>
#include <cstddef>

namespace xgrad {
/// One thread's window on a plan's operands: pointers to their elements, a block at a time.
///
/// A packed operand is gathered into a buffer, a block at a time; one that repeats (a row broadcast
/// over a matrix) just once, a whole period of it.
template <class T>
class block_reader
{
public:
    explicit block_reader(loop_plan const& p)
        : plan_(p),
          length_(std::min(block_length<T>, padded_bytes(p.size * sizeof(T)) / sizeof(T))),
          windows_(p.operands.size()),
          pointers_(p.operands.size()),
          buffers_(place_windows() * sizeof(T))
    {
        for (std::size_t i = 0; i < p.operands.size(); ++i) {
            auto const& operand = p.operands[i];
            auto& w = windows_[i];
            w.buffer = buffers_.template as<T>() + w.place;
            pointers_[i] = w.length > 0 ? w.buffer : nullptr;
            if (operand.how == access_kind::constant) {
                pack(operand.type, operand.data, {}, {}, 0, length_, w.buffer);
            } else if (w.period > 0) {
                pack(operand.type, operand.data, p.axes, operand.strides, 0, w.period, w.buffer);
                for (auto filled = w.period; filled < w.length; filled += w.period) {
                    std::copy_n(w.buffer, std::min(w.period, w.length - filled), w.buffer + filled);
                }
            }
        }
    }

    /// The longest block that one call may ask for.
    std::size_t longest() const noexcept
    {
        return buffers_.template as<T>() == nullptr ? 16 * few_blocks<T> : block_length<T>;
    }

    /// Pointers to elements [begin, begin + count) of every operand.
    T const* const* read(std::size_t begin, std::size_t count)
    {
        for (std::size_t i = 0; i < plan_.operands.size(); ++i) {
            auto const& operand = plan_.operands[i];
            auto& w = windows_[i];
            if (operand.how == access_kind::direct && operand.padded) {
                pointers_[i] = static_cast<T const*>(operand.data) + begin;
                continue;
            }
            if (auto const* const run = run_of(operand, begin, count)) {
                pointers_[i] = run;
                continue;
            }
            if (operand.how != access_kind::constant) {
                pointers_[i] = w.buffer;
            }
            if (operand.how == access_kind::direct) {
                std::copy_n(static_cast<T const*>(operand.data) + begin, count, w.buffer);
                pad(w.buffer, count, w.length);
            } else if (operand.how == access_kind::packed && w.period > 0) {
                pointers_[i] = w.buffer + begin % w.period;
            } else if (operand.how == access_kind::packed) {
                pack(
                    operand.type,
                    operand.data,
                    plan_.axes,
                    operand.strides,
                    begin,
                    count,
                    w.buffer);
                pad(w.buffer, count, w.length);
            }
        }
        return pointers_.get().data();
    }

private:
    struct window
    {
        std::size_t length = 0; // of the buffer; 0: none
        std::size_t place = 0;  // of the buffer among all
        T* buffer = nullptr;
        std::size_t period = 0;
    };

    /// Where these elements, and what the last register reads beyond them, lie one after the other
    /// in the operand; null where they do not, or it ends before.
    T const* run_of(operand_access const& operand, std::size_t begin, std::size_t count) const
    {
        auto const end = begin + padded_bytes(count * sizeof(T)) / sizeof(T);
        auto const* const elements = static_cast<T const*>(operand.data);
        if (operand.how == access_kind::direct) {
            return end <= plan_.size ? elements + begin : nullptr;
        }
        auto const rank = plan_.axes.size();
        if (operand.how != access_kind::packed || operand.type != type_of<T> || rank == 0 ||
            operand.strides[rank - 1] != 1) {
            return nullptr;
        }
        auto const length = plan_.axes[rank - 1];
        if (begin % length + (end - begin) > length) {
            return nullptr;
        }
        std::ptrdiff_t offset = 0;
        auto rest = begin;
        for (auto axis = rank; axis-- > 0; rest /= plan_.axes[axis]) {
            offset += static_cast<std::ptrdiff_t>(rest % plan_.axes[axis]) * operand.strides[axis];
        }
        return elements + offset;
    }

    // What the last register reads beyond the end is a number, if an unused one.
    static void pad(T* buffer, std::size_t count, std::size_t length)
    {
        auto const end = std::min(length, padded_bytes(count * sizeof(T)) / sizeof(T));
        std::fill(buffer + count, buffer + end, T(0));
    }

    /// After how many elements a packed operand repeats; 0 where it does not, or only after so many
    /// that a buffer would not stay in cache.
    std::size_t period_of(operand_access const& operand) const
    {
        constexpr std::size_t longest = 4 * few_blocks<T>;
        if (plan_.size == 0 || operand.strides.empty() || operand.strides[0] != 0) {
            return 0;
        }
        std::size_t period = 1;
        for (std::size_t axis = 1; axis < plan_.axes.size(); ++axis) {
            period *= plan_.axes[axis];
        }
        return period <= longest ? period : 0;
    }

    /// Gives each operand that needs one a place in the buffers; returns their length.
    std::size_t place_windows()
    {
        constexpr auto line = block_alignment / sizeof(T);
        std::size_t total = 0;
        for (std::size_t i = 0; i < plan_.operands.size(); ++i) {
            auto const& operand = plan_.operands[i];
            auto& w = windows_[i];
            w = {};
            if (operand.how == access_kind::constant ||
                (operand.how == access_kind::direct && !operand.padded)) {
                w.length = length_;
            } else if (operand.how == access_kind::packed) {
                w.period = period_of(operand);
                w.length = w.period > 0 ? w.period + length_ + line : length_;
            }
            w.length = (w.length + line - 1) / line * line;
            w.place = total;
            total += w.length;
        }
        return total;
    }

    loop_plan const& plan_;
    std::size_t length_;
    short_list<window> windows_;
    short_list<T const*> pointers_;
    scratch_memory buffers_;
};
} // namespace xgrad
