#pragma once

#include <xgrad/base/broadcast.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/runs.hpp>

#include <cstddef>
#include <span>

namespace xgrad {
/// How a kernel gets at an operand's elements.
enum class access_kind : std::uint8_t
{
    direct,   // where they lie
    constant, // one element, spread over a block once
    packed,   // gathered and converted into a block
    absent    // not read
};

struct operand_access
{
    access_kind how = access_kind::absent;
    element_type type{};
    bool padded = true;
    void const* data = nullptr;
    strides_type strides; // along the plan's axes, where packed
    body_pointer copy;    // whose elements are read instead of the operand's own
};

/// The index space of a statement and the way to each operand in it.
struct loop_plan
{
    std::size_t size = 0;
    shape_type axes; // neighbouring axes joined where every packed operand allows
    std::span<operand_access> operands;
    bool all_direct = true;

    /// Describes operand `i` as `body` broadcast into `shape`, for kernels that compute in
    /// `compute`.
    void
    read(std::size_t i, tensor_body const& given, shape_type const& shape, element_type compute)
    {
        auto& operand = operands[i];
        if (!given.contiguous && is_put_in_order(given)) {
            operand.copy = ordered_copy(given);
        }
        auto const& body = operand.copy ? *operand.copy : given;
        operand.type = body.type;
        operand.padded = body.padded;
        operand.data = body.data;
        if (body.size == 1) {
            // A single element broadcast over a single element is where it lies.
            operand.how =
                size == 1 && body.type == compute ? access_kind::direct : access_kind::constant;
        } else if (body.size == size && body.contiguous && body.type == compute) {
            operand.how = access_kind::direct;
        } else {
            operand.how = access_kind::packed;
            operand.strides = broadcast_strides(body.shape, body.strides(), shape);
        }
        all_direct = all_direct && operand.how == access_kind::direct;
    }

    /// Describes operand `i` as elements of type `compute`, one for each of the index space.
    void read_block(std::size_t i, void const* elements, element_type compute) noexcept
    {
        auto& operand = operands[i];
        operand.how = access_kind::direct;
        operand.type = compute;
        operand.data = elements;
    }

    /// Joins axes; to be called once all operands are described.
    void coalesce(shape_type const& shape)
    {
        if (all_direct) {
            return;
        }
        axes = shape;
        xgrad::coalesce(axes, operands.size(), [&](std::size_t i) {
            return operands[i].how == access_kind::packed ? &operands[i].strides : nullptr;
        });
    }

private:
    /// Elements that lie apart are put in order as a whole, and then so for all statements that
    /// read them: a transpose, of which block by block each cache line would be fetched for one
    /// element, and a column or another view with steps, unless it is so large that columns beside
    /// each other do better to share the lines of a block.
    static bool is_put_in_order(tensor_body const& given)
    {
        constexpr std::size_t fewest = 64;
        constexpr std::size_t few = 1024;
        constexpr std::size_t many = 32768;
        auto const strides = given.strides();
        auto axis = strides.size();
        while (axis > 0 && given.shape[axis - 1] == 1) {
            --axis;
        }
        bool const lies_apart = axis > 0 && strides[axis - 1] != 0 && strides[axis - 1] != 1;
        return (lies_apart && given.size >= fewest && given.size <= many) ||
            (given.size > few && is_transposed(given.shape, strides));
    }
};
} // namespace xgrad
