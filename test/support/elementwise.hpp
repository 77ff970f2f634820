// The checks that every elementwise function passes, against the reference data and against
// itself. A test file names a family of the table: elementwise_table.hpp.
#pragma once

#include "oracle.hpp"

#include <xgrad/ops/elementwise.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace elementwise {

template <class T>
using arguments = std::vector<xgrad::tensor<T>>;

template <class T>
using function =
    std::function<xgrad::tensor<T>(arguments<T> const&, oracle::attribute_list const&)>;

struct operation
{
    std::string name; // in the reference data
    std::size_t arity;
    function<double> in_double;
    function<float> in_float;
};

// Truth values and integers as numbers.
template <class T, class From>
xgrad::tensor<T> as_numbers(xgrad::tensor<From> const& x);

template <class T, class E>
xgrad::tensor<T> result(E const& e)
{
    using element = typename E::value_type;
    if constexpr (std::same_as<element, T>) {
        return e;
    } else {
        return as_numbers<T>(xgrad::tensor<element>(e));
    }
}

template <std::size_t Arity, class T, class F>
function<T> bind(F f)
{
    return [f](arguments<T> const& x, oracle::attribute_list const& attributes) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return result<T>(f(attributes, x.at(I)...));
        }(std::make_index_sequence<Arity>{});
    };
}

// A line of the table: the name in the reference data, and the call.
template <std::size_t Arity, class F>
operation with_attributes(std::string name, F f)
{
    return {std::move(name), Arity, bind<Arity, double>(f), bind<Arity, float>(f)};
}

template <std::size_t Arity, class F>
operation line(std::string name, F f)
{
    return with_attributes<Arity>(
        std::move(name), [f](auto const&, auto const&... x) { return f(x...); });
}

// Those checks of a list of operations, as test cases of the program, that hold for ordinary
// numbers however they are compiled.
struct ordinary_checks
{
    explicit ordinary_checks(std::vector<operation> const& operations);
};

// All checks.
struct checks : ordinary_checks
{
    explicit checks(std::vector<operation> const& operations);
};

} // namespace elementwise
