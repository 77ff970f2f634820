#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cstring>
#include <limits>
#include <vector>

using namespace xgrad;

namespace {
template <class T>
bool same_bits(tensor<T> const& a, tensor<T> const& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// f of an array that holds one number, beside the same number among others, which are computed.
template <class T, class F>
void check(F const& f, T number)
{
    for (std::size_t const size : {1, 7, 8, 9, 16, 17, 127, 128, 129, 300, 1000}) {
        auto const x = full<T>({size}, number);
        std::vector<T> others(size + 1, number);
        others[size] = T(0.25); // the last one differs
        tensor const uniform = f(x);
        tensor const mixed = f(constant(others));
        BOOST_TEST(same_bits(uniform, tensor<T>(view(mixed, range(0, size)))));
        auto const slope = [&](tensor<T> const& at) {
            auto tape = create_tape();
            tensor const y = f(at);
            return grad(tape, y, at);
        };
        auto const of_mixed = slope(constant(others));
        BOOST_TEST(same_bits(slope(x), tensor<T>(view(of_mixed, range(0, size)))));
    }
}

template <class T>
void check_numbers()
{
    using limits = std::numeric_limits<T>;
    for (auto const number :
         {T(0), T(-0.), T(0.3), T(-2), limits::infinity(), limits::quiet_NaN(), limits::min()}) {
        check([](auto const& x) { return exp(x) * x; }, number);
        check([](auto const& x) { return sin(exp(-x * x)) + tanh(x); }, number);
        check([](auto const& x) { return pow(abs(x), T(0.7)); }, number);
        check([](auto const& x) { return erf(x) + lgamma(x + T(4)); }, number);
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(functions_of_one_number_in_many_places_have_the_same_bits_everywhere)
{
    check_numbers<double>();
    check_numbers<float>();
}

BOOST_AUTO_TEST_CASE(zeros_of_both_signs_are_different_numbers)
{
    std::vector<double> zeros(200, 0.);
    zeros[77] = -0.;
    tensor const y = atan2(constant(zeros), full({200}, -1.));
    BOOST_TEST(y(77) == -y(76));
    BOOST_TEST(y(0) == y(199));
}

BOOST_AUTO_TEST_CASE(a_number_and_a_column_meet_an_array_as_arrays_do)
{
    auto const x = random::uniform({5, 400}, -1, 1);
    auto const column = random::uniform({5, 1}, -1, 1);
    auto const number = constant(0.7);
    for (auto const& k : {column, number}) {
        tensor const wide = broadcast(k, {5, 400});
        BOOST_TEST(same_bits(tensor<double>(x * exp(k)), tensor<double>(x * exp(wide))));
        auto tape = create_tape();
        tensor const total = sum(x * exp(k));
        auto const g = grad(tape, total, k);
        tensor const expected =
            exp(k) * (k.dimension() == 0 ? sum(x) : sum(x, 1, {.keep_dims = true}));
        BOOST_TEST(amax(abs(g - expected)).item() < 1e-12);
    }
}
