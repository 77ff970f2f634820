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
                fill_period(operand, w);
                for (auto filled = w.period; filled < w.length; filled *= 2) {
                    std::copy_n(w.buffer, std::min(filled, w.length - filled), w.buffer + filled);
                }
            }
        }
        row_ = find_row();
    }

    /// The longest block that one call may ask for.
    std::size_t longest() const noexcept
    {
        return buffers_.template as<T>() == nullptr ? 16 * few_blocks<T> : block_length<T>;
    }

    /// The length of the rows in which all operands lie where they are, if they are long enough to
    /// be worth a call each; else 0.
    std::size_t row() const noexcept { return row_; }

    /// Pointers to elements [begin, begin + count) of every operand.
    T const* const* read(std::size_t begin, std::size_t count)
    {
        auto const place = place_of(begin, count);
        for (std::size_t i = 0; i < plan_.operands.size(); ++i) {
            auto const& operand = plan_.operands[i];
            auto& w = windows_[i];
            if (operand.how == access_kind::direct && operand.padded) {
                pointers_[i] = static_cast<T const*>(operand.data) + begin;
                continue;
            }
            if (auto const* const run = run_of(i, place)) {
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
        std::ptrdiff_t reach = 0;
    };

    /// A whole period of an operand that repeats; most often it is a row that lies there.
    void fill_period(operand_access const& operand, window const& w) const
    {
        bool const is_run =
            plan_.axes.size() == 2 && operand.strides[1] == 1 && operand.type == type_of<T>;
        if (is_run) {
            std::copy_n(static_cast<T const*>(operand.data), w.period, w.buffer);
        } else {
            pack(operand.type, operand.data, plan_.axes, operand.strides, 0, w.period, w.buffer);
        }
    }

    /// A call for each row is worth it from so many elements on that need no packing then.
    std::size_t find_row()
    {
        constexpr std::size_t shortest = 64;
        constexpr std::size_t fewest = 192;
        if (!has_runs_ || plan_.axes.size() < 2 || plan_.axes.back() < shortest) {
            return 0;
        }
        std::size_t unpacked = 0;
        for (std::size_t i = 0; i < plan_.operands.size(); ++i) {
            if (plan_.operands[i].how == access_kind::packed && windows_[i].period == 0) {
                if (windows_[i].reach == 0) {
                    return 0;
                }
                unpacked += plan_.axes.back();
            }
        }
        return unpacked >= fewest ? plan_.axes.back() : 0;
    }

    /// Consecutive elements of the index space.
    struct block_place
    {
        std::size_t begin;
        std::size_t end;    // of the last register
        bool is_in_one_row; // along the last axis
        shape_type row;     // along the others, where it is
    };

    block_place place_of(std::size_t begin, std::size_t count) const
    {
        block_place place{begin, begin + padded_bytes(count * sizeof(T)) / sizeof(T), false, {}};
        if (!has_runs_) {
            return place;
        }
        auto const length = plan_.axes.back();
        place.is_in_one_row = begin % length + count <= length;
        if (place.is_in_one_row) {
            place.row = plan_.axes;
            auto rest = begin;
            for (auto axis = plan_.axes.size(); axis-- > 0;) {
                place.row[axis] = axis > 0 ? rest % plan_.axes[axis] : rest;
                rest /= plan_.axes[axis];
            }
        }
        return place;
    }

    /// Where these elements, and what the last register reads beyond them, lie one after the other
    /// in operand i; null where they do not, or it ends before.
    T const* run_of(std::size_t i, block_place const& place)
    {
        auto const& operand = plan_.operands[i];
        auto const* const elements = static_cast<T const*>(operand.data);
        if (operand.how == access_kind::direct) {
            return place.end <= plan_.size ? elements + place.begin : nullptr;
        }
        if (!place.is_in_one_row || windows_[i].reach == 0) {
            return nullptr;
        }
        std::ptrdiff_t offset = 0;
        for (std::size_t axis = 0; axis < place.row.size(); ++axis) {
            offset += static_cast<std::ptrdiff_t>(place.row[axis]) * operand.strides[axis];
        }
        auto const read = static_cast<std::ptrdiff_t>(place.end - place.begin);
        return offset + read <= windows_[i].reach ? elements + offset : nullptr;
    }

    /// From a packed operand's first element to behind that which lies furthest; 0 where rows are
    /// no runs of elements of T.
    std::ptrdiff_t reach_of(operand_access const& operand) const
    {
        if (operand.how != access_kind::packed || operand.type != type_of<T> ||
            plan_.axes.empty() || operand.strides.back() != 1) {
            return 0;
        }
        std::ptrdiff_t reach = 1;
        for (std::size_t axis = 0; axis < plan_.axes.size(); ++axis) {
            reach += static_cast<std::ptrdiff_t>(plan_.axes[axis] - 1) *
                std::max<std::ptrdiff_t>(operand.strides[axis], 0);
        }
        return reach;
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
                w.reach = w.period > 0 ? 0 : reach_of(operand);
                has_runs_ = has_runs_ || w.reach > 0;
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
    std::size_t row_ = 0;
    bool has_runs_ = false; // some operand's rows are runs of elements of T
    short_list<window> windows_;
    short_list<T const*> pointers_;
    scratch_memory buffers_;
};
} // namespace xgrad
