// What the reference says of a program, and how much of that rounding makes doubtful.
#pragma once

#include "program.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace fuzzer {

/// A number of the reference, and how much of it the precision of the program gets wrong.
struct estimate
{
    long double value = 0;
    long double doubt = 0;
};

/// For some elements of the inputs and of the results of some statements.
struct expectation
{
    struct element
    {
        std::size_t input;
        std::size_t place;
        estimate gradient;
        estimate hessian_product;
    };

    struct within
    {
        fuzzer::place where;
        estimate gradient;
    };

    long double precision = 0;
    estimate value;
    estimate tangent; // along `direction`
    std::vector<element> elements;
    std::vector<within> intermediate;

    bool well_conditioned(estimate const& e) const
    {
        return e.doubt <= 100 * precision * std::max(1.L, std::abs(e.value)) &&
            std::abs(e.value) < 1e9L;
    }

    /// Whether enough digits are left to compare.
    bool well_conditioned() const;
};

expectation reference(program const& p);

/// The tangent of an element of an input.
inline double direction(std::size_t input, std::size_t place)
{
    return static_cast<double>((place * 5 + input * 3) % 7) / 4 - 0.7;
}

/// The largest of what some elements are, and of the doubt about them.
template <class Element, class Member>
estimate largest(std::vector<Element> const& elements, Member member)
{
    estimate result;
    for (auto const& element : elements) {
        auto const& one = element.*member;
        result.value = std::max(result.value, std::abs(one.value));
        result.doubt = std::max(result.doubt, one.doubt);
    }
    return result;
}

/// What a program got wrong; empty where nothing.
class comparison
{
public:
    explicit comparison(long double precision) : precision_(precision) {}

    void expect(std::string const& what, double actual, estimate const& e, estimate const& all)
    {
        auto const allowed =
            precision_ * std::max(1.L, all.value) + 300 * std::max(e.doubt, all.doubt);
        if (!(std::abs(actual - e.value) <= allowed)) {
            std::ostringstream text;
            text.precision(17);
            text << "  " << what << " is " << actual << ", not " << e.value << " (allowed "
                 << allowed << ")\n";
            wrong_ += text.str();
        }
    }

    template <class T>
    void
    expect_same_bits(std::string const& what, xgrad::tensor<T> const& a, xgrad::tensor<T> const& b)
    {
        std::vector<T> const x(a.begin(), a.end());
        std::vector<T> const y(b.begin(), b.end());
        if (x.size() != y.size() ||
            (!x.empty() && std::memcmp(x.data(), y.data(), sizeof(T) * x.size()) != 0)) {
            std::ostringstream text;
            text.precision(17);
            for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
                if (std::memcmp(&x[i], &y[i], sizeof(T)) != 0) {
                    text << ": " << x[i] << " and " << y[i] << " at " << i;
                    break;
                }
            }
            wrong_ += "  " + what + " differs in bits" + text.str() + "\n";
        }
    }

    void fail(std::string const& text) { wrong_ += "  " + text + "\n"; }

    std::string const& wrong() const { return wrong_; }

private:
    long double precision_;
    std::string wrong_;
};

} // namespace fuzzer
