#pragma once

#include <xgrad/engine/run_chain.hpp>
#include <xgrad/expr/numerics.hpp>
#include <xgrad/mode/elementwise_run.hpp>
#include <xgrad/mode/gradient_chain.hpp>
#include <xgrad/mode/reduction_run.hpp>
#include <xgrad/mode/straight_line_builder.hpp>
#include <xgrad/tape/replay_watch.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace xgrad::detail {
/// A record that runs as a whole, values and gradients, without a list of values that come and go:
/// as a straight line where its arrays are small, as one loop over tiles where they are long and
/// of one shape, as one reduction, or (values alone) as one elementwise statement. (A template for
/// the sake of programs without replays, which need not compile it.)
template <class Recording>
class whole_run
{
public:
    /// The statements that compute `result` of `arguments`, of the first of which gradients are
    /// `wanted`.
    whole_run(
        Recording const& r,
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        std::size_t wanted,
        std::uint32_t result)
        : type_(r.variables()[result].type),
          shape_(r.shape_of(result)),
          size_(element_count(shape_)),
          layout_(layout_of(type_, shape_)),
          outside_(2 * arguments.size() + 1)
    {
        if (type_ != element_type::float64 && type_ != element_type::float32) {
            return;
        }
        for (auto const argument : arguments) {
            if (r.variables()[argument].type != type_) {
                return;
            }
        }
        with_floating_type(type_, [&]<class T>() {
            if (statements.size() == 1 && r.statements()[statements[0]].result == result) {
                elementwise_ = elementwise_run::of<T>(r, r.statements()[statements[0]], arguments);
            }
            std::vector<tensor_body*> constants;
            std::vector<char> have_gradients(arguments.size(), 0);
            std::fill_n(have_gradients.begin(), wanted, 1);
            chain_ = chain_builder<T>::of(r, statements, {arguments, have_gradients}, constants);
            if (chain_ && chain_->gradients.size() != wanted) {
                chain_.reset();
            }
            for (auto const* const constant : constants) {
                outside_.push_back(constant->data);
            }
            if (!chain_ || chain_->size <= few_elements) {
                line_ = straight_line_builder<T>::of(r, statements, arguments, wanted, result);
            }
            // One statement has no neighbours to share tiles with.
            if (wanted == arguments.size() && !line_ && (!chain_ || statements.size() == 1)) {
                if (auto run = reduction_run<T>::of(r, statements, arguments, result)) {
                    reduction_ = std::move(*run);
                    chain_.reset();
                }
            }
        });
    }

    /// Whether the record is one that runs so.
    bool runs() const noexcept { return elementwise_ || line_ || chain_ || is_reduction(); }

    /// The value as a new body. Null where its arguments do not lie in a row, somebody looks on, or
    /// the values are exceptional.
    XGRAD_ALWAYS_INLINE body_pointer value(std::span<tensor_body* const> arguments)
    {
        if (somebody_looks_on()) {
            return {};
        }
        return elementwise_ ? elementwise_->run(arguments) : run_value(arguments);
    }

    /// And the gradients by the arguments by which they are wanted.
    XGRAD_NOINLINE body_pointer
    value_and_gradients(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        if (gradients.empty()) {
            return value(arguments);
        }
        return goes_back() && !somebody_looks_on() ? run(arguments, gradients) : body_pointer();
    }

private:
    static bool somebody_looks_on() noexcept
    {
        return is_recording() || current_replay_watch() != nullptr || numerics_are_checked();
    }

    bool goes_back() const noexcept
    {
        return line_ ? !line_->backward.empty() : chain_ || is_reduction();
    }

    XGRAD_NOINLINE body_pointer run_value(std::span<tensor_body* const> arguments)
    {
        return run(arguments, {});
    }

    XGRAD_ALWAYS_INLINE body_pointer
    run(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        auto* place = outside_.data();
        for (auto const* const argument : arguments) {
            if (argument->layout == no_layout && !argument->dense(type_)) {
                return {};
            }
            *place++ = argument->data;
        }
        return type_ == element_type::float64 ? run_as<double>(arguments, gradients)
                                              : run_as<float>(arguments, gradients);
    }

    template <class T>
    XGRAD_ALWAYS_INLINE body_pointer
    run_as(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
    {
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            gradients[i] = make_body_like(*arguments[i]);
            outside_[arguments.size() + i] = gradients[i]->data;
        }
        auto value = make_body(type_of<T>, shape_, size_, layout_);
        auto* const result = value->template elements<T>();
        bool complete = true;
        outside_[2 * arguments.size()] = result;
        if (line_) {
            complete = run_straight_line<T>(*line_, outside_, !gradients.empty());
        } else if (chain_) {
            *result = run_chain<T>(*chain_, outside_, !gradients.empty());
        } else {
            auto const places = std::span(outside_).subspan(arguments.size(), gradients.size());
            complete = std::get<reduction_run<T>>(reduction_).run(arguments, places, result);
        }
        if (!complete) {
            value = {};
        }
        return value;
    }

    bool is_reduction() const noexcept
    {
        return !std::holds_alternative<std::monostate>(reduction_);
    }

    element_type type_; // of the result
    shape_type shape_;
    std::size_t size_;
    layout_key layout_;
    std::optional<elementwise_run> elementwise_;
    std::optional<tile_chain> chain_;
    std::unique_ptr<straight_line const> line_;
    std::variant<std::monostate, reduction_run<double>, reduction_run<float>> reduction_;
    std::vector<void*> outside_; // arguments, gradients, result, a chain's constants
};
} // namespace xgrad::detail
