#pragma once

#include <xgrad/base/xtensor/array.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/expr/call.hpp>
#include <xgrad/tape/replay_watch.hpp>
#include <xgrad/tensor/element_iterator.hpp>
#include <xgrad/tensor/evaluate.hpp>

#include <source_location>
#include <string>

namespace xgrad {
/// An array of any rank whose value never changes: a handle to it, cheap to copy. Assigning to a
/// name makes it another value; whoever held the old one (a copy, a tape) keeps it.
///
/// `T` is double or float (differentiable), bool, std::int32_t or std::int64_t (values only).
template <class T>
class tensor
{
    static_assert(
        tensor_element<T>,
        "xgrad: a tensor holds double, float, bool, std::int32_t or std::int64_t");

public:
    using value_type = T;
    using expression_tag = xgrad::expression_tag;
    using shape_type = xgrad::shape_type;
    using size_type = std::size_t;
    using const_iterator = element_iterator<T>;
    using const_stepper = T const*; // xtensor asks what it would give when dereferenced
    static constexpr bool contiguous_layout = false;

    /// The scalar 0.
    tensor() : tensor(T(0)) {}

    /// A scalar, of rank 0.
    template <arithmetic A>
    tensor(A value) : body_(make_body(type_of<T>, {}))
    {
        *body_->template elements<T>() = convert_element<T>(value);
    }

    /// The value of an expression, computed here. Throws shape_error where its shapes do not
    /// broadcast.
    template <expression E>
        requires(!std::same_as<E, tensor>)
    tensor(E const& e, std::source_location where = std::source_location::current())
        : body_(evaluate(e, type_of<T>, where))
    {}

    /// The elements of an xtensor expression: moved from a temporary xarray or xtensor, copied
    /// from anything else.
    template <foreign_expression X>
    tensor(X&& x) : body_(import(std::forward<X>(x)))
    {}

    explicit tensor(body_pointer body) noexcept : body_(std::move(body)) {}

    tensor(tensor const&) = default;
    tensor(tensor&&) noexcept = default;
    tensor& operator=(tensor const&) & = default;
    tensor& operator=(tensor&&) & noexcept = default;
    ~tensor() = default;

    /// Assignment of an expression: computed first, so that an error leaves the target as it was.
    template <operand X>
        requires(!std::same_as<std::remove_cvref_t<X>, tensor>)
    tensor& operator=(X&& x) &
    {
        if constexpr (expression<X>) {
            *this = tensor(x, std::source_location());
        } else {
            *this = tensor(std::forward<X>(x));
        }
        return *this;
    }

    template <class X>
    void operator=(X const&) &&
    {
        static_assert(
            !std::same_as<X, X>,
            "xgrad: what is assigned to has no name, so that nothing would change: a view is a "
            "value of its own; write x = set(x, slices..., values)");
    }

    shape_type const& shape() const noexcept { return body_->shape; }

    /// The length of one axis; negative axes count from the end.
    size_type shape(
        std::ptrdiff_t axis,
        std::source_location const& where = std::source_location::current()) const
    {
        return body_->shape[normalize_axis(axis, dimension(), "shape", where)];
    }

    /// The rank: the number of axes.
    size_type dimension() const noexcept { return body_->shape.size(); }

    size_type size() const noexcept { return body_->size; }

    /// The first of the elements in row-major order. A view without that order puts them in order
    /// first, once.
    T const* data() const
    {
        detail::note_reading(*body_);
        auto const& body = body_->contiguous ? *body_ : kept_in_order(*body_);
        return body.template elements<T const>();
    }

    const_iterator begin() const noexcept
    {
        detail::note_reading(*body_);
        return {*body_, 0};
    }

    const_iterator end() const noexcept
    {
        detail::note_reading(*body_);
        return {*body_, body_->size};
    }

    /// The only element; throws value_error where there are several or none.
    T item() const
    {
        if (size() != 1) {
            constexpr std::string_view truths = " truth values, not one; ask for all(x) or any(x)";
            constexpr std::string_view elements =
                " elements, not one; read one of them with x(i, j, ...)";
            throw value_error(
                "item: shape " + to_string(shape()) + " has " + std::to_string(size()) +
                std::string(std::same_as<T, bool> ? truths : elements));
        }
        detail::note_reading(*body_);
        return *body_->template elements<T const>();
    }

    /// One element. Throws value_error where an index is out of range, shape_error where there
    /// are not as many indices as axes.
    template <std::integral... I>
    T operator()(I... index) const
    {
        if (sizeof...(I) != dimension()) {
            throw_wrong_rank(sizeof...(I));
        }
        detail::note_reading(*body_);
        std::ptrdiff_t offset = 0;
        [[maybe_unused]] std::size_t axis = 0;
        ((offset = step(offset, static_cast<std::ptrdiff_t>(index), axis), ++axis), ...);
        return body_->template elements<T const>()[offset];
    }

    /// The only truth value, to branch on: `if (x > 0)`. Throws value_error where there are
    /// several.
    explicit operator bool() const
        requires std::same_as<T, bool>
    {
        return item();
    }

    /// The values as a constant xtensor expression: no copy, and it keeps them alive.
    auto value() const
    {
        detail::note_reading(*body_);
        using owner = std::shared_ptr<T const>;
        using buffer = xt::xbuffer_adaptor<T const*, xt::smart_ownership, owner>;
        using adaptor = xt::xarray_adaptor<buffer, xt::layout_type::dynamic>;
        typename adaptor::shape_type shape(body_->shape.begin(), body_->shape.end());
        auto const places = body_->strides();
        typename adaptor::strides_type strides(places.begin(), places.end());
        for (std::size_t axis = 0; axis < strides.size(); ++axis) {
            strides[axis] = shape[axis] == 1 ? 0 : strides[axis]; // as xtensor has it
        }
        auto const* const first = body_->template elements<T const>();
        owner keep(first, [body = body_](T const*) mutable { body = {}; });
        return adaptor(buffer(first, body_->size, std::move(keep)), shape, strides);
    }

    /// The same values, cut from every tape.
    tensor detach() const
    {
        detail::note_reading(*body_);
        return tensor(make_view(body_, body_->shape, body_->strides(), 0));
    }

    /// A copy as a container of xtensor's: `xt::xarray<double> a = x;`.
    template <xtensor_container Container>
    operator Container() const
    {
        return Container(value());
    }

    tensor_body& body() const noexcept { return *body_; }

    body_pointer const& handle() const& noexcept { return body_; }

    body_pointer handle() && noexcept { return std::move(body_); }

private:
    [[noreturn]] XGRAD_COLD void throw_wrong_rank(std::size_t indices) const
    {
        throw shape_error(
            "x(i, ...): " + std::to_string(indices) + " indices for shape " + to_string(shape()) +
            ", which has " + std::to_string(dimension()) + " axes");
    }

    [[noreturn]] XGRAD_COLD void throw_out_of_range(std::ptrdiff_t index, std::size_t axis) const
    {
        throw value_error(
            "x(i, ...): index " + std::to_string(index) + " is out of range for axis " +
            std::to_string(axis) + " of shape " + to_string(shape()));
    }

    /// From the place that the indices of the axes before lead to, one index on.
    std::ptrdiff_t step(std::ptrdiff_t offset, std::ptrdiff_t index, std::size_t axis) const
    {
        auto const length = static_cast<std::ptrdiff_t>(body_->shape[axis]);
        if (index < -length || index >= length) {
            throw_out_of_range(index, axis);
        }
        auto const from_start = index < 0 ? index + length : index;
        auto const* const borrowed = body_->borrowed;
        return borrowed != nullptr ? offset + from_start * borrowed->strides[axis]
                                   : offset * length + from_start;
    }

    template <class X>
    static body_pointer import(X&& x)
    {
        if constexpr (requires { x.computed().handle(); }) {
            return tensor(x.computed()).handle(); // a result of ours, as xtensor knows it
        } else {
            return copy(std::forward<X>(x));
        }
    }

    /// Where shapes inside an expression of xtensor's do not broadcast, it says so here.
    template <class X>
    static shape_type shape_of(X const& x)
    {
        try {
            return shape_type(x.shape().begin(), x.shape().end());
        } catch (xt::broadcast_error const& e) {
            throw shape_error(std::string("xtensor's expression: ") + e.what());
        }
    }

    template <class X>
    static body_pointer copy(X&& x)
    {
        using source = std::remove_cvref_t<X>;
        auto shape = shape_of(x);
        if constexpr (
            !std::is_lvalue_reference_v<X> && !std::is_const_v<std::remove_reference_t<X>> &&
            std::same_as<typename source::value_type, T> && requires { x.storage().data(); } &&
            std::is_default_constructible_v<source>) {
            if (x.layout() == xt::layout_type::row_major) {
                auto owner = std::make_shared<source>(std::move(x));
                auto const* const data = owner->storage().data();
                auto strides = row_major_strides(shape);
                return make_foreign_body(
                    type_of<T>, data, std::move(shape), std::move(strides), std::move(owner));
            }
        }
        auto body = make_body(type_of<T>, std::move(shape));
        std::transform(
            x.template begin<xt::layout_type::row_major>(),
            x.template end<xt::layout_type::row_major>(),
            body->template elements<T>(),
            [](auto element) { return convert_element<T>(element); });
        return body;
    }

    body_pointer body_;
};

template <arithmetic A>
tensor(A) -> tensor<element_for<A>>;

template <array_operand X>
tensor(X const&) -> tensor<value_type_of<X>>;

template <foreign_expression X>
tensor(X&&) -> tensor<value_type_of<X>>;

template <array_operand X>
tensor(X const&, std::source_location) -> tensor<value_type_of<X>>;

/// Any operand as a tensor: itself, or its value.
template <operand X>
tensor<value_type_of<X>>
as_tensor(X&& x, std::source_location where = std::source_location::current())
{
    if constexpr (is_node<std::remove_cvref_t<X>>) {
        return tensor<value_type_of<X>>(x, where);
    } else {
        return tensor<value_type_of<X>>(std::forward<X>(x));
    }
}
/// The values of x, cut from every tape.
template <array_operand X>
auto detach(X const& x, std::source_location where = std::source_location::current())
{
    return as_tensor(x, where).detach();
}

/// The values of x; no gradient flows through them.
template <array_operand X>
auto stop_gradient(X const& x, std::source_location where = std::source_location::current())
{
    return as_tensor(x, where).detach();
}
} // namespace xgrad
