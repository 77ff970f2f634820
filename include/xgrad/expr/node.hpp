#pragma once

#include <xgrad/base/shape.hpp>
#include <xgrad/expr/compute_type.hpp>
#include <xgrad/expr/leaves.hpp>
#include <xgrad/expr/parts.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace xgrad {
/// One elementwise operation of an expression: a rule over operands held by value, so that an
/// expression owns all it needs and may be returned from any function. It has no shape of its
/// own and computes nothing until it is assigned. The expression is a tree as a type only: its
/// tensors and numbers lie flat, in the order in which they are written.
template <class Rule, class... Operands>
class call_node
{
public:
    using rule_type = Rule;
    using value_type = result_element<Rule, typename Operands::value_type...>;
    using expression_tag = xgrad::expression_tag;
    using shape_type = xgrad::shape_type;
    using size_type = std::size_t;
    using const_stepper = value_type const*; // xtensor asks what it would give when dereferenced
    static constexpr std::size_t arity = sizeof...(Operands);
    static constexpr bool contiguous_layout = false;

    /// xtensor's functions pass a functor of theirs first; the rule has taken its place.
    template <class Functor, class... X>
        requires(sizeof...(X) == sizeof...(Operands))
    explicit call_node(Functor const&, X&&... x)
    {
        auto* leaf = leaves_.bodies.data();
        auto* number = numbers_.data();
        (detail::place_operand<Operands>(std::forward<X>(x), leaf, number), ...);
    }

    /// Its tensors, in the order in which they are written.
    auto const& leaves() const& noexcept { return leaves_; }

    auto&& leaves() && noexcept { return std::move(leaves_); }

    /// Its numbers, likewise.
    auto const& numbers() const noexcept { return numbers_; }

    /// The values, at once.
    tensor<value_type> evaluate(std::source_location where = std::source_location::current()) const
    {
        return tensor<value_type>(*this, where);
    }

    auto dimension() const { return evaluate({}).dimension(); }

    auto shape() const { return shape_type(evaluate({}).shape()); }

    auto size() const { return evaluate({}).size(); }

    /// The only element; throws value_error where there are several.
    value_type item(std::source_location where = std::source_location::current()) const
    {
        return evaluate(where).item();
    }

    /// The only truth value, to branch on.
    explicit operator bool() const
        requires std::same_as<value_type, bool>
    {
        return evaluate({}).item();
    }

    /// One element of the value, of which no other one is computed.
    template <std::integral... I>
    value_type operator()(I... index) const
    {
        std::array<std::ptrdiff_t, sizeof...(I)> const place{listed_integer(index)...};
        auto one = *this;
        return detail::pick_elements(one.leaves_.bodies, place) ? one.evaluate({}).item()
                                                                : evaluate({})(index...);
    }

    /// The value as a container of xtensor's, computed by our engine: `xt::xarray<double> a = e;`.
    template <xtensor_container Container>
    operator Container() const
    {
        return evaluate({});
    }

private:
    static constexpr auto parts = parts_of<call_node>;

    held_bodies<parts.leaves> leaves_;
    [[no_unique_address]] std::array<number_in<call_node>, parts.scalars> numbers_;
};
} // namespace xgrad
