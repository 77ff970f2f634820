#pragma once

#include <xgrad/mode/gradient_chain.hpp>
#include <xgrad/mode/reduction_run.hpp>
#include <xgrad/mode/straight_line_builder.hpp>
#include <xgrad/tape/replay_watch.hpp>
#include <xgrad/tensor/numerics.hpp>

#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace xgrad::detail {
/// A record that runs as a whole, values and gradients, without a list of values that come and go:
/// as a straight line where its arrays are small, as one loop over tiles where they are long and
/// of one shape, or as one reduction. (A template for the sake of programs without replays, which
/// need not compile it.)
template <class Recording>
class whole_run
{
public:
    /// The statements that compute `result` of `arguments`.
    whole_run(
        Recording const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        std::uint32_t result)
        : record_(r), result_(result)
    {
        auto const type = r.variables()[result].type;
        if (type != element_type::float64 && type != element_type::float32) {
            return;
        }
        with_floating_type(type, [&]<class T>() {
            chain_ = chain_builder<T>::of(r, statements, arguments, constants_);
            // A line has its arguments and results copied: many elements of one statement are not
            // worth that.
            bool const one_of_many = statements.size() == 1 &&
                element_count(r.variables().shape_of(result)) > few_elements;
            if ((!chain_ || chain_->size <= few_elements) && !one_of_many) {
                line_ = straight_line_builder<T>::of(r, statements, arguments, result);
            }
            // One statement has no neighbours to share tiles with.
            if (!line_ && (!chain_ || statements.size() == 1)) {
                if (auto run = reduction_run<T>::of(r, statements, arguments, result)) {
                    reduction_ = std::move(*run);
                    chain_.reset();
                }
            }
        });
    }

    /// Whether the record is one that runs so.
    bool runs() const noexcept
    {
        return line_ || chain_ || !std::holds_alternative<std::monostate>(reduction_);
    }

    /// The value as a new body, and the gradients by the arguments where they are wanted. Null
    /// where its arguments do not lie in a row, somebody looks on, or the values are exceptional.
    body_pointer run(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        if (is_recording() || current_replay_watch() != nullptr ||
            numerics_checked().load(std::memory_order_relaxed)) {
            return {};
        }
        outside_.clear();
        for (auto const& argument : arguments) {
            if (!argument->dense(type())) {
                return {};
            }
            outside_.push_back(argument->data);
        }
        if (line_) {
            bool const differentiable = !line_->gradients.empty();
            return gradients.empty() || differentiable ? run_line(arguments, gradients)
                                                       : body_pointer();
        }
        return chain_ ? run_chain(arguments, gradients) : run_reduction(arguments, gradients);
    }

private:
    element_type type() const noexcept { return record_.variables()[result_].type; }

    /// Behind the arguments come their gradients.
    void add_gradients(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            gradients[i] = make_body(type(), arguments[i]->shape, arguments[i]->size);
            outside_.push_back(gradients[i]->data);
        }
    }

    body_pointer
    run_line(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        add_gradients(arguments, gradients);
        std::span<void* const> const outside = outside_;
        auto value = make_body(type(), record_.shape_of(result_));
        with_floating_type(type(), [&]<class T>() {
            bool const complete = run_straight_line<T>(
                *line_,
                outside.first(arguments.size()),
                outside.subspan(arguments.size()),
                value->data);
            if (!complete) {
                value = {};
            }
        });
        return value;
    }

    body_pointer
    run_chain(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        add_gradients(arguments, gradients);
        outside_.resize(2 * arguments.size(), nullptr);
        for (auto const* constant : constants_) {
            outside_.push_back(constant->data);
        }
        auto value = make_body(type(), {}, 1);
        with_floating_type(type(), [&]<class T>() {
            *value->template elements<T>() =
                xgrad::run_chain<T>(*chain_, outside_, !gradients.empty());
        });
        return value;
    }

    body_pointer
    run_reduction(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        add_gradients(arguments, gradients);
        auto const behind_arguments = std::span<void* const>(outside_).subspan(arguments.size());
        auto value = make_body(type(), {}, 1);
        with_floating_type(type(), [&]<class T>() {
            auto& reduction = std::get<reduction_run<T>>(reduction_);
            if (!reduction.run(arguments, behind_arguments, value->template elements<T>())) {
                value = {};
            }
        });
        return value;
    }

    Recording const& record_;
    std::uint32_t result_;
    std::optional<tile_chain> chain_;
    std::vector<tensor_body*> constants_; // of the chain
    std::unique_ptr<straight_line const> line_;
    std::variant<std::monostate, reduction_run<double>, reduction_run<float>> reduction_;
    std::vector<void*> outside_; // keeps its memory from one run to the next
};
} // namespace xgrad::detail
