// Checks an array function and its gradients against every record of its name.
#pragma once

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>
#include <support/oracle.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/mode/check_gradient.hpp>
#include <xgrad/mode/grad.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/cast.hpp>
#include <xgrad/tensor/construct.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace array_oracle {
template <class T = double>
xgrad::tensor<T> from(oracle::array const& a)
{
    return xgrad::tensor<T>(xgrad::constant(a.data, a.shape));
}

/// The same values in memory that is not contiguous.
template <class T>
xgrad::tensor<T> strided(xgrad::tensor<T> const& x)
{
    return xgrad::transpose(xgrad::constant(xgrad::transpose(x) + T(0)));
}

template <class T>
void check_values(
    oracle::array const& actual,
    oracle::array const& expected,
    oracle::record const& r,
    std::size_t i)
{
    auto allowed = oracle::value_tolerance(r, i);
    if constexpr (std::same_as<T, float>) {
        allowed = {.relative = 1e-5, .absolute = 1e-5 * oracle::scale(expected)};
    }
    auto const wrong = oracle::compare(actual, expected, allowed);
    BOOST_TEST(!wrong, r.name << ": " << wrong.value_or(""));
}

/// f(inputs, record) gives the outputs; the first `sources` inputs have gradients.
template <class T, class F>
void check_record(oracle::record const& r, bool is_strided, F const& f)
{
    std::vector<xgrad::tensor<T>> x;
    for (auto const& input : r.inputs) {
        x.push_back(is_strided ? strided(from<T>(input)) : from<T>(input));
    }
    auto tape = xgrad::create_tape({.persistent = true});
    std::vector<xgrad::tensor<T>> const y = f(x, r);
    BOOST_TEST_REQUIRE(y.size() == r.outputs.size(), r.name);
    for (std::size_t i = 0; i < y.size(); ++i) {
        check_values<T>(oracle::read(y[i]), r.outputs[i], r, i);
    }
    for (std::size_t i = 0; i < r.gradients.size(); ++i) {
        if (!r.gradients[i]) {
            continue;
        }
        xgrad::tensor<T> total = xgrad::zeros<T>(x[i].shape());
        for (std::size_t k = 0; k < y.size(); ++k) {
            if (r.output_gradients[k]) {
                total += xgrad::grad(
                    tape,
                    y[k],
                    x[i],
                    from<T>(*r.output_gradients[k]),
                    {.unconnected = xgrad::unconnected::zero});
            }
        }
        auto allowed = oracle::gradient_tolerance(r, i);
        if constexpr (std::same_as<T, float>) {
            allowed = {.relative = 2e-5, .absolute = 2e-5 * oracle::scale(*r.gradients[i]) + 1e-6};
        }
        auto const off = oracle::compare(oracle::read(total), *r.gradients[i], allowed);
        BOOST_TEST(!off, r.name << ", gradient " << i << ": " << off.value_or(""));
    }
}

/// All records of `op`, in double and float, of dense and of other operands.
template <class F>
void check(std::string const& file, std::string const& op, F const& f)
{
    int count = 0;
    for (auto const& r : oracle::load(file)) {
        if (r.op == op) {
            ++count;
            check_record<double>(r, false, f);
            check_record<double>(r, true, f);
            check_record<float>(r, false, f);
        }
    }
    BOOST_TEST(count > 0, op << " has no record in " << file);
}

/// <J v, w> = <v, Jᵀ w> for a linear f.
template <class F>
void check_adjoint(F const& f, xgrad::tensor<double> const& v)
{
    auto tape = xgrad::create_tape();
    xgrad::tensor<double> const y = f(v);
    auto body = xgrad::dense_copy(y.body());
    double left = 0;
    for (std::size_t i = 0; i < body->size; ++i) {
        auto& w = body->elements<double>()[i];
        auto const weight = std::sin(1.7 * static_cast<double>(i) + 0.3);
        left += w * weight;
        w = weight;
    }
    auto const g = xgrad::grad(tape, y, v, xgrad::tensor<double>(body));
    double right = 0;
    auto next = v.begin();
    for (auto const element : g) {
        right += element * *next++;
    }
    BOOST_TEST(std::abs(left - right) <= 1e-12 * (1 + std::abs(left)));
}

inline auto starts_with(std::string text)
{
    return [text](xgrad::error const& e) {
        bool const fits = std::string(e.what()).starts_with(text);
        BOOST_TEST(fits, "it says: " << e.what());
        return fits;
    };
}
} // namespace array_oracle
