#pragma once

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
template <class T>
class block_reader
{
public:
    explicit block_reader(plan const& p)
        : plan_(p),
          length_(std::min(block_length, padded_bytes(p.size * sizeof(T)) / sizeof(T))),
          buffers_(buffer_count(p) * length_ * sizeof(T)),
          table_(p.operands.size() * sizeof(T const*)),
          pointers_(table_.template as<T const*>())
    {
        auto* buffer = buffers_.template as<T>();
        for (std::size_t i = 0; i < p.operands.size(); ++i) {
            auto const& operand = p.operands[i];
            pointers_[i] = nullptr;
            if (needs_buffer(operand)) {
                pointers_[i] = buffer;
                if (operand.how == access::constant) {
                    pack(operand.type, operand.data, {}, {}, 0, length_, buffer);
                }
                buffer += length_;
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
            if (operand.how == access::direct) {
                auto const* const data = static_cast<T const*>(operand.data) + begin;
                if (operand.padded) {
                    pointers_[i] = data;
                } else {
                    std::copy_n(data, count, const_cast<T*>(pointers_[i]));
                    pad(i, count);
                }
            } else if (operand.how == access::packed) {
                pack(
                    operand.type,
                    operand.data,
                    plan_.axes,
                    operand.strides,
                    begin,
                    count,
                    const_cast<T*>(pointers_[i]));
                pad(i, count);
            }
        }
        return pointers_;
    }

private:
    // What the last register reads beyond the block's end is a number, if an unused one.
    void pad(std::size_t i, std::size_t count) const
    {
        auto const end = std::min(length_, padded_bytes(count * sizeof(T)) / sizeof(T));
        std::fill(const_cast<T*>(pointers_[i]) + count, const_cast<T*>(pointers_[i]) + end, T(0));
    }

    static bool needs_buffer(operand_access const& operand)
    {
        return operand.how == access::constant || operand.how == access::packed ||
            (operand.how == access::direct && !operand.padded);
    }

    static std::size_t buffer_count(plan const& p)
    {
        return static_cast<std::size_t>(
            std::count_if(p.operands.begin(), p.operands.end(), needs_buffer));
    }

    plan const& plan_;
    std::size_t length_;
    scratch buffers_;
    scratch table_;
    T const** pointers_;
};
} // namespace xgrad
