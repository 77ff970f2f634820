#pragma once

#include <xgrad/engine/run_chain.hpp>
#include <xgrad/expr/numerics.hpp>
#include <xgrad/mode/closing_statements.hpp>
#include <xgrad/mode/gradient_chain.hpp>
#include <xgrad/mode/replay_steps.hpp>
#include <xgrad/mode/straight_line_builder.hpp>
#include <xgrad/tape/sweep_request.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// A record whose closing statements run as one loop, values and adjoints, over what the statements
/// of its head have computed. What is left for a sweep begins at that. (A template for the sake of
/// programs without replays, which need not compile it.)
template <class Recording>
class closing_chain
{
public:
    /// Of the statements that compute `result` of `arguments`, of the first of which gradients are
    /// `wanted`, and none of which any condition is about; null where they do not close so.
    static std::unique_ptr<closing_chain>
    of(Recording const& r,
       std::span<std::size_t const> statements,
       std::vector<std::uint32_t> const& arguments,
       std::size_t wanted,
       std::uint32_t result,
       replay_watch const& watch)
    {
        closing_statements<Recording> const last(r, statements, arguments, wanted, result);
        if (!last.suit()) {
            return nullptr;
        }
        std::unique_ptr<closing_chain> closing(new closing_chain(r, last));
        bool const is_chain = with_floating_type(
            closing->type_, [&]<class T>() { return closing->template build<T>(last, result); });
        return is_chain && closing->find_others(last, statements, arguments, result, watch)
            ? std::move(closing)
            : nullptr;
    }

    /// The value; null where it has to be computed statement by statement.
    body_pointer value(std::span<tensor_body* const> arguments)
    {
        struct releasing
        {
            closing_chain& all;

            ~releasing() { all.release(); }
        } const guard{*this};
        return run(arguments, nullptr);
    }

    /// The value, and the tensors from which a sweep over the other statements goes on, which the
    /// active tape has recorded. Null as `value`.
    body_pointer
    value_and_targets(std::span<tensor_body* const> arguments, std::vector<sweep_target>& targets)
    {
        return run(arguments, &targets);
    }

    /// Lets go of what the head has computed, after the sweep.
    void release() noexcept
    {
        for (auto& result : results_) {
            result = {};
        }
    }

private:
    closing_chain(Recording const& r, closing_statements<Recording> const& last)
        : record_(r),
          head_(r, true),
          followers_(r, true),
          shape_(last.shape()),
          type_(r.variables()[last.sum()].type)
    {}

    template <class T>
    bool build(closing_statements<Recording> const& last, std::uint32_t result)
    {
        std::vector<char> wanted;
        for (auto const input : last.inputs()) {
            wanted.push_back(last.is_wanted(input) ? 1 : 0);
        }
        std::vector<tensor_body*> constants;
        auto chain =
            chain_builder<T>::of(record_, last.members(), {last.inputs(), wanted, true}, constants);
        if (!chain || chain->gradients.empty()) {
            return false;
        }
        chain_ = std::move(*chain);
        if (last.followers().empty()) {
            return last.sum() == result;
        }
        auto const inputs = followers_arguments(last);
        line_ =
            straight_line_builder<T>::of(record_, last.followers(), inputs, inputs.size(), result);
        return line_ != nullptr && !line_->backward.empty();
    }

    static std::vector<std::uint32_t> followers_arguments(closing_statements<Recording> const& last)
    {
        std::vector<std::uint32_t> variables{last.sum()};
        auto const others = last.followers_inputs();
        variables.insert(variables.end(), others.begin(), others.end());
        return variables;
    }

    /// Finds how what the chain and the followers read is computed.
    bool find_others(
        closing_statements<Recording> const& last,
        std::span<std::size_t const> statements,
        std::vector<std::uint32_t> const& arguments,
        std::uint32_t result,
        replay_watch const& watch)
    {
        std::vector<bool> varies(record_.variables().size(), false);
        for (auto const argument : arguments) {
            varies[argument] = true;
        }
        for (auto const k : statements) {
            varies[record_.statements()[k].result] = true;
        }
        inputs_.resize(last.inputs().size());
        std::vector<std::uint32_t> computed;
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            auto const input = last.inputs()[i];
            if (varies[input]) {
                computed.push_back(input);
                places_.push_back(i);
            } else {
                inputs_[i] = constant_of(last, input);
            }
        }
        auto const others = last.followers_inputs();
        computed.insert(computed.end(), others.begin(), others.end());
        results_.resize(computed.size());
        followers_inputs_.resize(1 + others.size());
        sweeps_followers_ = std::any_of(
            others.begin(), others.end(), [&](auto variable) { return last.is_wanted(variable); });
        auto const obstacle = head_.find(std::move(computed), arguments, watch);
        return obstacle.empty() &&
            (!sweeps_followers_ ||
             followers_.find({result}, followers_arguments(last), watch).empty());
    }

    /// The body of an input that is a constant, which the record keeps.
    tensor_body*
    constant_of(closing_statements<Recording> const& last, std::uint32_t variable) const
    {
        for (auto const k : last.members()) {
            for (auto const& operand : record_.statements()[k].operands()) {
                if (operand.variable == variable) {
                    return operand.kept.get();
                }
            }
        }
        return nullptr;
    }

    /// Computes what the chain and the followers read; false where it does not lie as the chain
    /// expects, or somebody wants to look at all values.
    bool run_head(std::span<tensor_body* const> arguments)
    {
        if (numerics_are_checked() || !head_.run(arguments, results_)) {
            return false;
        }
        for (std::size_t k = 0; k < places_.size(); ++k) {
            inputs_[places_[k]] = results_[k].get();
        }
        for (std::size_t k = places_.size(); k < results_.size(); ++k) {
            followers_inputs_[1 + k - places_.size()] = results_[k].get();
        }
        auto const are_dense = [&](auto const& array) {
            return array.from >= inputs_.size() || inputs_[array.from]->dense(type_);
        };
        auto const is_dense = [&](auto const* input) { return input->dense(type_); };
        return std::all_of(chain_.arrays.begin(), chain_.arrays.end(), are_dense) &&
            std::all_of(followers_inputs_.begin() + 1, followers_inputs_.end(), is_dense);
    }

    body_pointer run(std::span<tensor_body* const> arguments, std::vector<sweep_target>* targets)
    {
        return run_head(arguments)
            ? with_floating_type(type_, [&]<class T>() { return run_as<T>(targets); })
            : body_pointer();
    }

    template <class T>
    body_pointer run_as(std::vector<sweep_target>* targets)
    {
        auto value = make_body(type_, {}, 1);
        auto* const result = value->template elements<T>();
        one_number<T> sum{T(0)};
        // By closing_statements it is that for any sum.
        T g(1);
        if (targets != nullptr && line_ != nullptr && !run_line(sum, result, &g)) {
            return {};
        }
        sum.value = run_chain_of<T>(g, targets);
        if (line_ == nullptr) {
            *result = sum.value;
        } else if (targets != nullptr && sweeps_followers_) {
            auto const number = filled_body(type_, {}, static_cast<double>(sum.value));
            followers_inputs_[0] = number.get();
            followers_.run(followers_inputs_, {&value, 1});
            targets->push_back({value.get(), {}});
        } else {
            run_line<T>(sum, result, nullptr);
        }
        return value;
    }

    template <class T>
    T run_chain_of(T g, std::vector<sweep_target>* targets)
    {
        auto const count = inputs_.size();
        outside_.resize(2 * count);
        for (std::size_t i = 0; i < count; ++i) {
            outside_[i] = inputs_[i]->data;
        }
        if (targets != nullptr) {
            for (auto const i : chain_.gradients) {
                auto gradient = make_body(type_, inputs_[i]->shape);
                outside_[count + i] = gradient->data;
                targets->push_back({inputs_[i], std::move(gradient)});
            }
        }
        short_list<operand_access> accesses(chain_.gathered.size());
        auto const plan = plan_of_gathered(accesses.get());
        return run_chain<T>(chain_, outside_, targets != nullptr, g, &plan);
    }

    loop_plan plan_of_gathered(std::span<operand_access> accesses) const
    {
        loop_plan plan;
        plan.size = chain_.size;
        plan.operands = accesses;
        for (std::size_t k = 0; k < accesses.size(); ++k) {
            plan.read(k, *inputs_[chain_.gathered[k].from], shape_, type_);
        }
        plan.coalesce(shape_);
        return plan;
    }

    /// The value of the followers and, unless it is null, their derivative by the sum. False where
    /// that is not had so.
    template <class T>
    bool run_line(one_number<T>& sum, T* result, T* derivative)
    {
        auto const count = followers_inputs_.size();
        short_list<one_number<T>> adjoints(count);
        short_list<void*> outside(2 * count + 1);
        for (std::size_t i = 0; i < count; ++i) {
            outside[i] = i == 0 ? &sum : followers_inputs_[i]->data;
            outside[count + i] = &adjoints[i];
        }
        outside[2 * count] = result;
        if (!run_straight_line<T>(*line_, outside.get(), derivative != nullptr)) {
            return false;
        }
        if (derivative != nullptr) {
            *derivative = adjoints[0].value;
        }
        return true;
    }

    Recording const& record_;
    replay_steps<Recording> head_;
    replay_steps<Recording> followers_; // as statements for a sweep
    shape_type shape_;                  // of the chain's index space
    element_type type_;
    tile_chain chain_;
    std::unique_ptr<straight_line const> line_; // the followers; null: the sum is the result
    bool sweeps_followers_ = false;             // they read something else that has a gradient
    std::vector<std::size_t> places_;           // among the inputs, of those that the head computes
    // Lists that keep their memory from one run to the next.
    std::vector<body_pointer> results_;          // of the head
    std::vector<tensor_body*> inputs_;           // of the chain
    std::vector<tensor_body*> followers_inputs_; // the first one is the sum
    std::vector<void*> outside_;                 // inputs, gradients
};
} // namespace xgrad::detail
