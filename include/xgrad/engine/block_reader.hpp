#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/plan.hpp>

#include <algorithm>
#include <cstddef>

namespace xgrad {
/// Elements of a block where some operand has to be brought into one: a few of them fit L1.
inline constexpr std::size_t block_length = 1024;

/// Memory for the time of a scope: on the stack where a few small blocks are enough, else of the
/// pool.
class scratch
{
public:
    explicit scratch(std::size_t bytes)
        : data_(
              bytes == 0                     ? nullptr
                  : bytes <= sizeof(inline_) ? inline_
                                             : allocate_block(bytes)),
          bytes_(bytes)
    {}

    scratch(scratch const&) = delete;
    scratch& operator=(scratch const&) = delete;

    ~scratch()
    {
        if (bytes_ > sizeof(inline_)) {
            free_block(data_, bytes_);
        }
    }

    template <class T>
    T* as() const noexcept
    {
        return static_cast<T*>(data_);
    }

private:
    void* data_;
    std::size_t bytes_;
    alignas(block_alignment) std::byte inline_[512];
};

/// One thread's window on a plan's operands: pointers to their elements, a block at a time.
///
/// A packed operand has a buffer with some elements of it, the `window`: those of one block; of a
/// transposed array several rows, which are then read together; of one that repeats (a row
/// broadcast over a matrix) a whole period, once for all.
template <class T>
class block_reader
{
public:
    explicit block_reader(plan const& p)
        : plan_(p),
          length_(std::min(block_length, padded_bytes(p.size * sizeof(T)) / sizeof(T))),
          windows_(p.operands.size()),
          pointers_(p.operands.size()),
          buffers_(place_windows() * sizeof(T))
    {
        for (std::size_t i = 0; i < p.operands.size(); ++i) {
            auto const& operand = p.operands[i];
            auto& w = windows_[i];
            w.buffer = buffers_.template as<T>() + w.place;
            pointers_[i] = w.length > 0 ? w.buffer : nullptr;
            if (operand.how == access::constant) {
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
        return buffers_.template as<T>() == nullptr ? 16 * block_length : block_length;
    }

    /// Pointers to elements [begin, begin + count) of every operand.
    T const* const* read(std::size_t begin, std::size_t count)
    {
        for (std::size_t i = 0; i < plan_.operands.size(); ++i) {
            auto const& operand = plan_.operands[i];
            auto& w = windows_[i];
            if (operand.how == access::direct) {
                auto const* const data = static_cast<T const*>(operand.data) + begin;
                pointers_[i] = data;
                if (!operand.padded) {
                    std::copy_n(data, count, w.buffer);
                    pad(w, count);
                    pointers_[i] = w.buffer;
                }
            } else if (operand.how == access::packed) {
                if (w.period > 0) {
                    pointers_[i] = w.buffer + begin % w.period;
                } else {
                    if (begin < w.begin || begin + count > w.end) {
                        move(w, operand, begin, count);
                    }
                    pointers_[i] = w.buffer + (begin - w.begin);
                }
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
        std::size_t begin = 0; // of what is in it
        std::size_t end = 0;
    };

    void move(window& w, operand_access const& operand, std::size_t begin, std::size_t count)
    {
        // As much as fits: what is read on will be asked for next.
        auto const wanted = std::max(count, w.length / block_length * block_length);
        w.begin = begin;
        w.end = std::min(plan_.size, begin + wanted);
        pack(
            operand.type,
            operand.data,
            plan_.axes,
            operand.strides,
            begin,
            w.end - begin,
            w.buffer);
        pad(w, w.end - begin);
    }

    // What the last register reads beyond the block's end is a number, if an unused one.
    static void pad(window const& w, std::size_t count)
    {
        auto const end = std::min(w.length, padded_bytes(count * sizeof(T)) / sizeof(T));
        std::fill(w.buffer + count, w.buffer + end, T(0));
    }

    /// Where the elements of a packed operand repeat: after how many; 0 where they do not, or only
    /// after so many that a buffer would not stay in cache.
    std::size_t period_of(operand_access const& operand) const
    {
        constexpr std::size_t longest = 4 * block_length;
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
            if (operand.how == access::constant ||
                (operand.how == access::direct && !operand.padded)) {
                w.length = length_;
            } else if (operand.how == access::packed) {
                w.length = length_;
                w.period = period_of(operand);
                if (w.period > 0) {
                    w.length = w.period + length_ + line;
                } else if (is_transposed(plan_.axes, operand.strides)) {
                    auto const rows = transposed_rows * plan_.axes.back();
                    constexpr std::size_t most = 32 * block_length;
                    auto const whole = std::min({rows, most, plan_.size});
                    w.length = std::max(length_, whole + line);
                }
            }
            w.length = (w.length + line - 1) / line * line;
            w.place = total;
            total += w.length;
        }
        return total;
    }

    plan const& plan_;
    std::size_t length_;
    short_list<window> windows_;
    short_list<T const*> pointers_;
    scratch buffers_;
};
} // namespace xgrad
