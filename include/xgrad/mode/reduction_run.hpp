#pragma once

#include <xgrad/engine/aligned_reduction.hpp>
#include <xgrad/engine/logsumexp.hpp>
#include <xgrad/mode/reducing_statement.hpp>
#include <xgrad/mode/straight_line_builder.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// A record of one reduction of all elements to a number, with which scalar statements go on. It
/// runs by the same functions as the statement and its sweep, with nothing in between.
template <class T>
class reduction_run
{
public:
    /// Of the statements with these numbers, as a function of these variables; nothing where they
    /// are something else.
    static std::optional<reduction_run>
    of(tape_record const& r,
       std::span<std::size_t const> statements,
       std::span<std::uint32_t const> arguments,
       std::uint32_t result)
    {
        if (statements.empty()) {
            return std::nullopt;
        }
        reducing_statement<T> first(r, r.statements()[statements[0]], arguments);
        auto const rest = statements.subspan(1);
        if (!first.suits() || !r.shape_of(result).empty() || read_any(r, rest, arguments)) {
            return std::nullopt;
        }
        auto const number = first->result;
        auto tail =
            rest.empty() ? nullptr : straight_line_builder<T>::of(r, rest, {&number, 1}, 1, result);
        if (rest.empty() ? number != result : tail == nullptr) {
            return std::nullopt;
        }
        return reduction_run(std::move(first), std::move(tail));
    }

    /// The value, and the gradients into these arrays, where there are some. False where the values
    /// are exceptional: then they are nothing.
    bool run(std::span<tensor_body* const> arguments, std::span<void* const> gradients, T* value)
    {
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            auto const& operand = first_.operands()[i];
            bodies_[i] = operand.is_argument() ? arguments[operand.argument] : operand.constant;
        }
        one_number<T> reduced{reduce(gradients)};
        if (first_.kind().divides_by_count) {
            vectorized::divide_by_count(&reduced.value, 1, first_.size());
        }
        one_number<T> adjoint{T(1)};
        if (tail_) {
            std::array<void*, 3> const outside{&reduced.value, &adjoint.value, value};
            if (!run_straight_line<T>(*tail_, outside, !gradients.empty())) {
                return false;
            }
        } else {
            *value = reduced.value;
        }
        return gradients.empty() || go_back(reduced.value, adjoint.value, gradients);
    }

private:
    using way_back = typename reducing_statement<T>::way_back;

    reduction_run(reducing_statement<T> first, std::unique_ptr<straight_line const> tail)
        : first_(std::move(first)), tail_(std::move(tail)), bodies_(first_.operands().size())
    {}

    /// Some of these statements reads one of these variables.
    static bool read_any(
        tape_record const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> variables)
    {
        return std::any_of(statements.begin(), statements.end(), [&](auto k) {
            auto const operands = r.statements()[k].operands();
            return std::any_of(operands.begin(), operands.end(), [&](auto const& operand) {
                return std::find(variables.begin(), variables.end(), operand.variable) !=
                    variables.end();
            });
        });
    }

    T reduce(std::span<void* const> gradients)
    {
        if (first_.way() == way_back::softmax) {
            return gradients.empty()
                ? reduce_by(logsumexp_accumulator<T>{}, {})
                : logsumexp_and_softmax<T>(elements(), first_.size(), as_array(gradients[0]));
        }
        if (first_.is_product()) {
            return reduce_by(product_accumulator<T>, {});
        }
        if (first_.way() != way_back::unit_adjoints || gradients.empty()) {
            return reduce_by(sum_accumulator<T>, {});
        }
        struct release
        {
            std::vector<body_pointer>& unwanted;

            ~release() { unwanted.clear(); }
        } const guard{unwanted_};
        short_list<void*> places(bodies_.size());
        short_list<bool> repeats(bodies_.size());
        for (std::size_t i = 0; i < bodies_.size(); ++i) {
            auto const& operand = first_.operands()[i];
            repeats[i] = operand.is_argument() && operand.repeats;
            places[i] = nullptr;
            if (!first_.kernels().leaves[i].carries_gradient) {
                continue;
            }
            if (operand.is_argument()) {
                places[i] = gradients[operand.argument];
            } else {
                unwanted_.push_back(make_body(type_of<T>, bodies_[i]->shape, first_.size()));
                places[i] = unwanted_.back()->data;
            }
        }
        return reduce_by(sum_accumulator<T>, {places.get(), repeats.get()});
    }

    template <class Accumulator>
    T reduce_by(Accumulator const& accumulator, unit_adjoint_targets const& unit) const
    {
        one_number<T> result{T(0)};
        aligned_reduction<T, Accumulator>{
            first_.is_leaf() ? nullptr : &first_.kernels(),
            bodies_,
            first_.scalars(),
            accumulator,
            unit,
            first_.size()}
            .run(&result.value);
        return result.value;
    }

    bool go_back(T reduced, T adjoint, std::span<void* const> gradients) const
    {
        auto const& kind = first_.kind();
        auto const g = kind.divides_by_count ? adjoint / static_cast<T>(first_.size()) : adjoint;
        switch (first_.way()) {
        case way_back::softmax:
            if (!std::isfinite(reduced)) {
                return false;
            }
            [[fallthrough]];
        case way_back::unit_adjoints:
            for (auto* const gradient : gradients) {
                scale_in_place(as_array(gradient), g);
            }
            return true;
        case way_back::uniform:
            fill_run(g, as_array(gradients[0]), first_.size());
            return true;
        case way_back::elements:
            if (kind.joint->needed(&reduced, 1)) {
                return false;
            }
            take_elements(reduced, g, as_array(gradients[0]));
            return true;
        case way_back::second_pass:
            take_second_pass(g, gradients);
            return true;
        }
        return false;
    }

    void scale_in_place(T* gradient, T g) const
    {
        if (g != T(1)) {
            vectorized::for_each_part(first_.size(), [&](std::size_t begin, std::size_t count) {
                vectorized::scale(gradient + begin, gradient + begin, count, g, false);
            });
        }
    }

    /// Calls f(begin, count) for each block, on all cores; make() makes an f for one of them.
    template <class Make>
    void for_each_block(Make const& make) const
    {
        vectorized::for_each_part(first_.size(), [&](std::size_t begin, std::size_t count) {
            auto f = make();
            for (auto const end = begin + count; begin < end; begin += block_length<T>) {
                f(begin, std::min(block_length<T>, end - begin));
            }
        });
    }

    void take_elements(T reduced, T g, T* gradient) const
    {
        scratch_memory filled(2 * block_length<T> * sizeof(T));
        auto* const results = filled.as<T>();
        auto* const adjoints = results + block_length<T>;
        fill_run(reduced, results, block_length<T>);
        fill_run(g, adjoints, block_length<T>);
        for_each_block([&] {
            return [&](std::size_t begin, std::size_t count) {
                auto* const to = gradient + begin;
                first_.kind().element(elements() + begin, results, adjoints, to, count);
            };
        });
    }

    void take_second_pass(T g, std::span<void* const> gradients) const
    {
        scratch_memory filled(block_length<T> * sizeof(T));
        auto* const seed = filled.as<T>();
        fill_run(g, seed, block_length<T>);
        for_each_block([&] {
            return [&,
                    reader = aligned_reader<T>(bodies_, first_.size()),
                    unwanted = scratch_memory(block_length<T> * sizeof(T)),
                    adjoints = short_list<void*>(bodies_.size()),
                    accumulate = short_list<bool>(bodies_.size())](
                       std::size_t begin, std::size_t count) mutable {
                for (std::size_t i = 0; i < bodies_.size(); ++i) {
                    auto const& operand = first_.operands()[i];
                    accumulate[i] = operand.is_argument() && operand.repeats;
                    adjoints[i] = operand.is_argument()
                        ? as_array(gradients[operand.argument]) + begin
                        : unwanted.template as<T>();
                }
                first_.kernels().adjoints(
                    {.operands = reader.read(begin),
                     .scalars = first_.scalars(),
                     .result = nullptr,
                     .seed = seed,
                     .adjoints = adjoints.get().data(),
                     .accumulate = accumulate.get().data(),
                     .count = count,
                     .program = first_.kernels().program});
            };
        });
    }

    /// Of a tensor that is reduced itself.
    T const* elements() const noexcept { return bodies_[0]->template elements<T const>(); }

    static T* as_array(void* elements) noexcept { return static_cast<T*>(elements); }

    reducing_statement<T> first_;
    std::unique_ptr<straight_line const> tail_; // null: the number is the result
    // Lists that keep their memory from one run to the next.
    std::vector<tensor_body*> bodies_;
    std::vector<body_pointer> unwanted_; // adjoints of constants
};
} // namespace xgrad::detail
