#pragma once

#include <xgrad/array/product.hpp>
#include <xgrad/engine/aligned.hpp>
#include <xgrad/engine/logsumexp.hpp>
#include <xgrad/mode/chain_statements.hpp>
#include <xgrad/mode/straight_line_builder.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <span>
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
    of(recording const& r,
       std::span<std::size_t const> statements,
       std::span<std::uint32_t const> arguments,
       std::uint32_t result)
    {
        if (statements.empty()) {
            return std::nullopt;
        }
        reduction_run run(r, r.statements()[statements[0]]);
        if (!run.reduces_all(arguments) || !run.knows_way_back() ||
            !run.goes_on(statements.subspan(1), arguments, result)) {
            return std::nullopt;
        }
        return run;
    }

    /// The value, and the gradients into these arrays, where there are some. False where the values
    /// are exceptional: then they are nothing.
    bool run(std::span<body_pointer const> arguments, std::span<void* const> gradients, T* value)
    {
        bool const backward = !gradients.empty();
        if (way_ == way_back::softmax && !backward) {
            return false; // a sum of exponentials alone goes another way
        }
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            auto const& operand = operands_[i];
            bodies_[i] =
                operand.argument != none ? arguments[operand.argument].get() : operand.constant;
        }
        one_number reduced;
        reduced.value = reduce(gradients);
        if (kind().divides_by_count) {
            vectorized::divide_by_count(&reduced.value, 1, size_);
        }
        one_number adjoint;
        adjoint.value = T(1);
        if (tail_) {
            void* const in = &reduced.value;
            void* const out = &adjoint.value;
            std::span<void* const> const no_gradients;
            auto const by = backward ? std::span<void* const>(&out, 1) : no_gradients;
            if (!run_straight_line<T>(*tail_, {&in, 1}, by, value)) {
                return false;
            }
        } else {
            *value = reduced.value;
        }
        return !backward || go_back(reduced.value, adjoint.value, gradients);
    }

private:
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();

    /// How the adjoints of the elements come about.
    enum class way_back
    {
        unit_adjoints, // together with the values, for an adjoint of one
        softmax,       // the same, of a sum of exponentials
        uniform,       // all are the sum's
        elements,      // by the reduction's rule for an element
        second_pass
    };

    struct operand_source
    {
        std::uint32_t argument = none;
        tensor_body* constant = nullptr;
        bool repeats = false; // an earlier operand is the same variable
    };

    /// Kernels read and write whole registers.
    struct alignas(block_alignment) one_number
    {
        T value = T(0);
    };

    reduction_run(recording const& r, statement const& s) : record_(&r), statement_(&s) {}

    reduction const& kind() const noexcept { return *statement_->reduced; }

    block_kernels const& kernels() const noexcept { return *statement_->kernels; }

    bool is_leaf() const noexcept { return kernels().terms.size() == 1; }

    // ---- What suits ----

    /// It reduces arrays of one shape, and a few constants of a single element.
    bool reduces_all(std::span<std::uint32_t const> arguments)
    {
        auto const& s = *statement_;
        auto const& variables = record_->variables();
        if (s.kernels == nullptr || s.reduced == nullptr || s.operand_count == 0 ||
            s.kernels->compute != type_of<T> || variables[s.result].type != type_of<T> ||
            !record_->shape_of(s.result).empty()) {
            return false;
        }
        auto whole = s.operands()[0].variable;
        for (auto const& operand : s.operands()) {
            if (variables.size_of(operand.variable) > variables.size_of(whole)) {
                whole = operand.variable;
            }
        }
        size_ = variables.size_of(whole);
        auto const& shape = record_->shape_of(whole);
        for (auto const& operand : s.operands()) {
            auto const& own = record_->shape_of(operand.variable);
            bool const single = !same_shape(own, shape);
            operands_.push_back(source_of(operand, arguments));
            singles_ += single ? 1 : 0;
            if (single &&
                (variables.size_of(operand.variable) != 1 || own.size() > shape.size() ||
                 operands_.back().argument != none)) {
                return false;
            }
            if (operands_.back().argument == none &&
                !operands_.back().constant->dense(type_of<T>)) {
                return false;
            }
        }
        bodies_.resize(operands_.size());
        return size_ > 0 && singles_ <= most_single_operands && reaches(arguments) &&
            static_cast<std::size_t>(std::popcount(s.axes)) == shape.size();
    }

    operand_source
    source_of(recorded_operand const& operand, std::span<std::uint32_t const> arguments) const
    {
        operand_source source{.constant = operand.kept.get()};
        for (std::uint32_t i = 0; i < arguments.size(); ++i) {
            if (arguments[i] == operand.variable) {
                source = {.argument = i};
            }
        }
        auto const k = operands_.size();
        for (std::size_t i = 0; i < k; ++i) {
            source.repeats = source.repeats ||
                (statement_->operands()[i].variable == operand.variable &&
                 kernels().leaves[i].carries_gradient);
        }
        return source;
    }

    /// Each argument has a gradient.
    bool reaches(std::span<std::uint32_t const> arguments) const
    {
        std::vector<bool> reached(arguments.size(), false);
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            if (operands_[i].argument != none && kernels().leaves[i].carries_gradient) {
                reached[operands_[i].argument] = true;
            }
        }
        return std::find(reached.begin(), reached.end(), false) == reached.end();
    }

    bool knows_way_back()
    {
        if (&kind() == &logsumexp_reduction<T> || &kind() == &product_reduction<T>) {
            way_ = &kind() == &product_reduction<T> ? way_back::elements : way_back::softmax;
            return is_leaf();
        }
        if (&kind() != &sum_reduction<T> && &kind() != &mean_reduction<T>) {
            return false;
        }
        if (is_leaf()) {
            way_ = way_back::uniform;
        } else if (singles_ == 0 && is_summed_in_one_pass(*record_, *statement_, size_)) {
            way_ = way_back::unit_adjoints;
        } else {
            way_ = way_back::second_pass;
            return !kernels().result_needed;
        }
        return true;
    }

    /// What follows computes with the number and constants alone.
    bool goes_on(
        std::span<std::size_t const> statements,
        std::span<std::uint32_t const> arguments,
        std::uint32_t result)
    {
        for (auto const k : statements) {
            for (auto const& operand : record_->statements()[k].operands()) {
                if (std::find(arguments.begin(), arguments.end(), operand.variable) !=
                    arguments.end()) {
                    return false;
                }
            }
        }
        if (statements.empty()) {
            return statement_->result == result;
        }
        auto const number = statement_->result;
        tail_ = straight_line_builder<T>::of(*record_, statements, {&number, 1}, result);
        return tail_ != nullptr && record_->shape_of(result).empty();
    }

    // ---- Running ----

    T reduce(std::span<void* const> gradients)
    {
        if (way_ == way_back::softmax) {
            return logsumexp_and_softmax<T>(
                bodies_[0]->template elements<T const>(), size_, static_cast<T*>(gradients[0]));
        }
        if (&kind() == &product_reduction<T>) {
            return reduce_by(product_accumulator<T>, {});
        }
        if (way_ != way_back::unit_adjoints || gradients.empty()) {
            return reduce_by(sum_accumulator<T>, {});
        }
        places_.resize(operands_.size());
        struct release
        {
            std::vector<body_pointer>& unwanted;

            ~release() { unwanted.clear(); }
        } const guard{unwanted_};
        short_list<bool> repeats(operands_.size());
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            auto const& operand = operands_[i];
            repeats[i] = operand.repeats;
            places_[i] = nullptr;
            if (!kernels().leaves[i].carries_gradient) {
                continue;
            }
            if (operand.argument != none) {
                places_[i] = gradients[operand.argument];
            } else {
                unwanted_.push_back(make_body(type_of<T>, bodies_[i]->shape, size_));
                places_[i] = unwanted_.back()->data;
                repeats[i] = false;
            }
        }
        return reduce_by(sum_accumulator<T>, {places_, repeats.get()});
    }

    template <class Accumulator>
    T reduce_by(Accumulator const& accumulator, unit_adjoint_targets const& unit) const
    {
        one_number result;
        auto const run = size_ <= block_length ? reduce_one_block<T, Accumulator>
                                               : reduce_aligned<T, Accumulator>;
        run(is_leaf() ? nullptr : &kernels(),
            bodies_,
            scalars(),
            accumulator,
            unit,
            size_,
            &result.value);
        return result.value;
    }

    T const* scalars() const noexcept { return static_cast<T const*>(statement_->scalars()); }

    bool go_back(T reduced, T adjoint, std::span<void* const> gradients)
    {
        auto const g = kind().divides_by_count ? adjoint / static_cast<T>(size_) : adjoint;
        switch (way_) {
        case way_back::softmax:
            if (!std::isfinite(reduced)) {
                return false;
            }
            [[fallthrough]];
        case way_back::unit_adjoints:
            for (auto* const gradient : gradients) {
                scale_in_place(static_cast<T*>(gradient), g);
            }
            return true;
        case way_back::uniform:
            fill_run(g, static_cast<T*>(gradients[0]), size_);
            return true;
        case way_back::elements:
            if (kind().joint->needed(&reduced, 1)) {
                return false;
            }
            take_elements(reduced, g, static_cast<T*>(gradients[0]));
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
            vectorized::for_each_part(size_, [&](std::size_t begin, std::size_t count) {
                vectorized::scale(gradient + begin, gradient + begin, count, g, false);
            });
        }
    }

    void take_elements(T reduced, T g, T* gradient) const
    {
        auto const* const x = bodies_[0]->template elements<T const>();
        scratch_memory filled(2 * block_length * sizeof(T));
        auto* const results = filled.as<T>();
        auto* const adjoints = results + block_length;
        fill_run(reduced, results, block_length);
        fill_run(g, adjoints, block_length);
        vectorized::for_each_part(size_, [&](std::size_t begin, std::size_t count) {
            for (auto const end = begin + count; begin < end; begin += block_length) {
                kind().element(
                    x + begin,
                    results,
                    adjoints,
                    gradient + begin,
                    std::min(block_length, end - begin));
            }
        });
    }

    void take_second_pass(T g, std::span<void* const> gradients) const
    {
        auto const leaves = operands_.size();
        vectorized::for_each_part(size_, [&](std::size_t begin, std::size_t count) {
            aligned_reader<T> reader(bodies_, size_);
            scratch_memory filled(2 * block_length * sizeof(T));
            auto* const seed = filled.as<T>();
            auto* const unwanted = seed + block_length;
            fill_run(g, seed, block_length);
            short_list<void*> adjoints(leaves);
            short_list<bool> accumulate(leaves);
            for (auto const end = begin + count; begin < end; begin += block_length) {
                for (std::size_t i = 0; i < leaves; ++i) {
                    auto const argument = operands_[i].argument;
                    accumulate[i] = argument != none && operands_[i].repeats;
                    adjoints[i] =
                        argument != none ? static_cast<T*>(gradients[argument]) + begin : unwanted;
                }
                kernels().adjoints(
                    {.operands = reader.read(begin),
                     .scalars = scalars(),
                     .result = nullptr,
                     .seed = seed,
                     .adjoints = adjoints.get().data(),
                     .accumulate = accumulate.get().data(),
                     .count = std::min(block_length, end - begin),
                     .program = kernels().program});
            }
        });
    }

    recording const* record_;
    statement const* statement_;
    std::size_t size_ = 0;
    std::size_t singles_ = 0; // operands of a single element
    way_back way_ = way_back::uniform;
    std::vector<operand_source> operands_;
    std::unique_ptr<straight_line const> tail_; // null: the number is the result
    // Lists that keep their memory from one run to the next.
    std::vector<tensor_body*> bodies_;
    std::vector<void*> places_;
    std::vector<body_pointer> unwanted_;
};
} // namespace xgrad::detail
