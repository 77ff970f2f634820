#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/array/summed_to.hpp>

// Operations of a recorded sweep on bodies whose element type is known at run time only.

namespace xgrad {
namespace detail {
/// What a view or a sum of a body is, and its way back, without its element type.
template <class Program>
struct body_operations
{
    static body_pointer broadcast(body_pointer const& body, shape_type const& shape)
    {
        auto const before = body->shape;
        if (same_shape(before, shape)) {
            return body;
        }
        auto result = make_view(body, shape, broadcast_strides(before, body->strides(), shape), 0);
        record(
            "broadcast",
            *body,
            *result,
            [before](body_pointer const& g) { return sum_to(g, before); },
            [shape](body_pointer const& other) { return broadcast(other, shape); });
        return result;
    }

    static body_pointer sum_to(body_pointer const& body, shape_type const& shape)
    {
        auto const before = body->shape;
        if (same_shape(before, shape)) {
            return body;
        }
        auto result = body->type == element_type::float64 ? summed_to<double>(body, shape)
                                                          : summed_to<float>(body, shape);
        record(
            "sum_to",
            *body,
            *result,
            [before](body_pointer const& g) { return broadcast(g, before); },
            [shape](body_pointer const& other) { return sum_to(other, shape); });
        return result;
    }

    static body_pointer reshape(body_pointer const& body, shape_type const& shape)
    {
        auto const before = body->shape;
        if (same_shape(before, shape)) {
            return body;
        }
        auto result = reshaped(dense(body), shape);
        record(
            "reshape",
            *body,
            *result,
            [before](body_pointer const& g) { return reshape(g, before); },
            [shape](body_pointer const& other) { return reshape(other, shape); });
        return result;
    }

    /// The same values in the other floating type.
    static body_pointer in_type(body_pointer const& body, element_type type)
    {
        if (body->type == type) {
            return body;
        }
        auto const before = body->type;
        auto result = make_body(type, body->shape);
        auto const from = dense(body);
        with_element_type(type, [&]<class To>() {
            with_element_type(before, [&]<class From>() {
                auto const* const x = from->template elements<From const>();
                std::transform(x, x + from->size, result->template elements<To>(), [](From v) {
                    return static_cast<To>(v);
                });
            });
        });
        record(
            "cast",
            *body,
            *result,
            [before](body_pointer const& g) { return in_type(g, before); },
            [type](body_pointer const& other) { return in_type(other, type); });
        return result;
    }

private:
    /// Records a linear map whose transpose is `back`; `again` is the map itself.
    template <class Back, class Again>
    static void record(
        std::string_view name,
        tensor_body& x,
        tensor_body& result,
        Back const& back,
        Again const& again)
    {
        auto const reverse = [back](statement_pullback& sweep) {
            if (sweep.wants(0)) {
                sweep.add(0, back(sweep.incoming()));
            }
        };
        auto const repeat = [again](std::span<tensor_body* const> operands) {
            return again(share(*operands[0]));
        };
        auto* const operand = &x;
        bool const keep = false;
        record_operation(
            [&] {
                using map = recorded_operation<decltype(reverse), decltype(repeat)>;
                return std::make_unique<map const>(name, reverse, repeat);
            },
            {&operand, 1},
            {&keep, 1},
            false,
            result,
            {});
    }
};
} // namespace detail
} // namespace xgrad
