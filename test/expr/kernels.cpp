#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace xgrad;

namespace {
constexpr std::size_t count = 700; // two whole sub-blocks and a part of a third
constexpr std::size_t padded = count + 64;

/// Numbers of either sign, and all those at which a derivative may go wrong.
template <class T>
std::vector<T> numbers(unsigned seed)
{
    using limits = std::numeric_limits<T>;
    std::vector<T> const special{
        T(0),
        T(-0.),
        T(1),
        T(-1),
        limits::infinity(),
        -limits::infinity(),
        limits::quiet_NaN(),
        limits::denorm_min(),
        limits::max(),
        limits::lowest()};
    std::vector<T> v(padded);
    for (std::size_t i = 0; i < v.size(); ++i) {
        seed = seed * 1664525u + 1013904223u;
        v[i] = seed >> 29 == 0 ? special[(seed >> 16) % special.size()]
                               : static_cast<T>(seed >> 8) / T(1u << 22) - T(2);
    }
    return v;
}

template <class T>
bool same(T a, T b)
{
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

template <class T>
bool same(std::vector<T> const& a, std::vector<T> const& b)
{
    return std::equal(a.begin(), a.begin() + count, b.begin(), [](T x, T y) { return same(x, y); });
}

/// Up to a few last places.
template <class T>
bool close(std::vector<T> const& a, std::vector<T> const& b)
{
    constexpr auto epsilon = 8 * std::numeric_limits<T>::epsilon();
    return std::equal(a.begin(), a.begin() + count, b.begin(), [](T x, T y) {
        return same(x, y) ||
            std::abs(x - y) <= epsilon * std::max({T(1), std::abs(x), std::abs(y)});
    });
}

/// The kernels of an expression, and a block for them.
template <class E>
struct block
{
    using T = compute_type<E>;

    block_kernels const& kernels = reduced_kernels_of<E>;
    std::vector<std::vector<T>> operands;
    std::vector<void const*> operand_pointers;
    std::vector<std::vector<T>> adjoints;
    std::vector<void*> adjoint_pointers;
    bool accumulate[8] = {};
    expression_parts<E> const p;
    std::vector<T> values = std::vector<T>(padded);

    explicit block(E const& e) : p(e)
    {
        for (std::size_t i = 0; i < kernels.leaves.size(); ++i) {
            operands.push_back(numbers<T>(static_cast<unsigned>(17 * i + 3)));
            adjoints.push_back(numbers<T>(static_cast<unsigned>(29 * i + 5)));
        }
        for (std::size_t i = 0; i < kernels.leaves.size(); ++i) {
            operand_pointers.push_back(operands[i].data());
            adjoint_pointers.push_back(adjoints[i].data());
        }
    }

    void run_separately() { run_separately(std::vector<T>(padded, T(1))); }

    void run_separately(std::vector<T> const& seed)
    {
        kernels.values(
            {.operands = operand_pointers.data(),
             .scalars = p.scalars.data(),
             .values = values.data(),
             .count = count});
        kernels.adjoints(
            {.operands = operand_pointers.data(),
             .scalars = p.scalars.data(),
             .result = values.data(),
             .seed = seed.data(),
             .adjoints = adjoint_pointers.data(),
             .accumulate = accumulate,
             .count = count});
    }

    void run_together()
    {
        kernels.values_and_adjoints(
            {.operands = operand_pointers.data(),
             .scalars = p.scalars.data(),
             .result = nullptr,
             .seed = nullptr,
             .adjoints = adjoint_pointers.data(),
             .accumulate = accumulate,
             .count = count,
             .values = values.data()});
    }
};

template <class E>
bool one_pass_is_two(E const& e, bool exactly = true)
{
    auto const equal = [&](auto const& a, auto const& b) {
        return exactly ? same(a, b) : close(a, b);
    };
    for (bool const accumulate : {false, true}) {
        block<E> separate(e);
        block<E> together(e);
        std::fill_n(separate.accumulate, 8, accumulate);
        std::fill_n(together.accumulate, 8, accumulate);
        separate.run_separately();
        together.run_together();
        if (!equal(separate.values, together.values)) {
            return false;
        }
        for (std::size_t i = 0; i < separate.adjoints.size(); ++i) {
            if (separate.kernels.leaves[i].carries_gradient &&
                !equal(separate.adjoints[i], together.adjoints[i])) {
                return false;
            }
        }
    }
    return true;
}

// No sums of products here: which product goes into a fused multiply-add is the compiler's choice.
template <class T>
void check_one_pass()
{
    tensor<T> const x = zeros<T>({1});
    tensor<T> const y = zeros<T>({1});
    tensor<T> const z = zeros<T>({1});
    auto const two = static_cast<T>(2);
    BOOST_TEST(one_pass_is_two(x));
    BOOST_TEST(one_pass_is_two(-x));
    BOOST_TEST(one_pass_is_two(x * y));
    BOOST_TEST(one_pass_is_two(x - y * two));
    BOOST_TEST(one_pass_is_two(two - (x - (y - z))));
    BOOST_TEST(one_pass_is_two(square(x - y)));
    BOOST_TEST(one_pass_is_two(x / y / z));
    // The sine of a pair with its cosine may differ from the one alone in its last place.
    BOOST_TEST(one_pass_is_two(exp(-square(x)) * sin(y) / log(1 + square(x)), false));
    BOOST_TEST(one_pass_is_two(sin(x) * cos(y) / (sinh(z) * cosh(x)), false));
    BOOST_TEST(one_pass_is_two(sin(x), false));
    BOOST_TEST(one_pass_is_two(cos(x * y), false));
    BOOST_TEST(one_pass_is_two(sqrt(x)));
    BOOST_TEST(one_pass_is_two(sqrt(abs(x) + y)));
    BOOST_TEST(one_pass_is_two(x - sqrt(y)));
    BOOST_TEST(one_pass_is_two(tanh(x) * x));
    BOOST_TEST(one_pass_is_two(sigmoid(x + y)));
    BOOST_TEST(one_pass_is_two(tan(x) - tanh(y / x)));
    BOOST_TEST(one_pass_is_two(pow(x, y)));
    BOOST_TEST(one_pass_is_two(pow(abs(x), two) + cbrt(y)));
    BOOST_TEST(one_pass_is_two(where(x > y, sqrt(x), log(y))));
    BOOST_TEST(one_pass_is_two(where(x > 0, -x, where(y > 0, x / y, -sqrt(z)))));
    BOOST_TEST(one_pass_is_two(-where(x > y, sqrt(x), z)));
    BOOST_TEST(one_pass_is_two(clip(x, y, z)));
    BOOST_TEST(one_pass_is_two(maximum(x, y) * minimum(y, z)));
    BOOST_TEST(one_pass_is_two(relu(x) + leaky_relu(y, two)));
    BOOST_TEST(one_pass_is_two(floor(x) * y + abs(z)));
    BOOST_TEST(one_pass_is_two(log1p(x) + expm1(y) - erf(z)));
    BOOST_TEST(one_pass_is_two(hypot(x, y) * atan2(y, z)));
}
} // namespace

BOOST_AUTO_TEST_CASE(values_and_adjoints_of_one_pass_are_those_of_two)
{
    check_one_pass<double>();
    check_one_pass<float>();
}

BOOST_AUTO_TEST_CASE(one_pass_over_sums_of_products_differs_in_roundings_only)
{
    tensor<double> const x = zeros({1});
    tensor<double> const y = zeros({1});
    auto const e = exp(-square(x)) * sin(y) + log(1 + square(x));
    block<std::remove_const_t<decltype(e)>> separate(e);
    block<std::remove_const_t<decltype(e)>> together(e);
    separate.run_separately();
    together.run_together();
    auto const nearly = [](double a, double b) {
        return same(a, b) || std::abs(a - b) <= 1e-15 * (1 + std::abs(a));
    };
    BOOST_TEST(std::equal(
        separate.values.begin(), separate.values.begin() + count, together.values.begin(), nearly));
    for (std::size_t i = 0; i < separate.adjoints.size(); ++i) {
        BOOST_TEST(same(separate.adjoints[i], together.adjoints[i]));
    }
}

namespace {
/// Whether each adjoint is, bit by bit, the one that it has where all elements are its own.
template <class E>
bool adjoints_know_no_neighbours(E const& e)
{
    using T = compute_type<E>;
    auto const seed = numbers<T>(41);
    block<E> all(e);
    all.run_separately(seed);
    for (std::size_t i = 0; i < count; ++i) {
        block<E> alone(e);
        for (std::size_t k = 0; k < alone.operands.size(); ++k) {
            std::fill_n(alone.operands[k].begin(), padded, all.operands[k][i]);
        }
        alone.run_separately(std::vector<T>(padded, seed[i]));
        for (std::size_t k = 0; k < alone.operands.size(); ++k) {
            if (all.kernels.leaves[k].carries_gradient &&
                !same(all.adjoints[k][i], alone.adjoints[k][i])) {
                return false;
            }
        }
    }
    return true;
}

template <class T>
void check_neighbours()
{
    tensor<T> const x = zeros<T>({1});
    tensor<T> const y = zeros<T>({1});
    tensor<T> const z = zeros<T>({1});
    BOOST_TEST(adjoints_know_no_neighbours(x * y));
    BOOST_TEST(adjoints_know_no_neighbours(sqrt(x * y)));
    BOOST_TEST(adjoints_know_no_neighbours(x / y * sqrt(z)));
    BOOST_TEST(adjoints_know_no_neighbours(log(abs(x)) * exp(y)));
    BOOST_TEST(adjoints_know_no_neighbours(where(x > y, sqrt(x), z / y) * z));
    BOOST_TEST(adjoints_know_no_neighbours(floor(sqrt(x)) + maximum(y, sqrt(z))));
    BOOST_TEST(adjoints_know_no_neighbours(x * y * z * x * y * z * sqrt(x) / y));
}
} // namespace

BOOST_AUTO_TEST_CASE(no_adjoint_depends_on_its_neighbours)
{
    check_neighbours<double>();
    check_neighbours<float>();
}

BOOST_AUTO_TEST_CASE(among_others_an_infinite_partial_carries_nothing_from_zero_and_nan_stays)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t at = 0; at < 9; ++at) {
        tensor<double> const x = zeros({1});
        auto const e = 3 * sqrt(x) * x;
        block<std::remove_const_t<decltype(e)>> of_root(e);
        for (auto& operand : of_root.operands) {
            std::fill_n(operand.begin(), padded, 4.);
        }
        std::vector<double> seed(padded, 1.);
        for (std::size_t k = 0; k < 2; ++k) {
            of_root.operands[k][at] = 0; // the partial of the root is infinite
            of_root.operands[k][at + 1] = nan;
            of_root.operands[k][at + 2] = infinity;
        }
        seed[at + 1] = 0;
        seed[at + 2] = 0;
        of_root.run_separately(seed);
        auto const& by_root = of_root.adjoints[0];
        BOOST_TEST(by_root[at] == 0);
        BOOST_TEST(std::isnan(by_root[at + 1]));
        BOOST_TEST(by_root[at + 2] == 0);
        BOOST_TEST(by_root[at + 3] == 3.); // 3 · 4 / (2 · 2)
        BOOST_TEST(of_root.adjoints[1][at + 3] == 6.);
    }
}

BOOST_AUTO_TEST_CASE(below_a_step_an_infinite_partial_carries_nothing)
{
    auto tape = create_tape();
    tensor<double> x = constant({0., 4., 9.});
    tensor<double> y = sum(floor(sqrt(x)));
    auto const g = grad(tape, y, x);
    BOOST_TEST((all(g == 0)).item());
}

BOOST_AUTO_TEST_CASE(mixed_element_types_share_a_pass_too)
{
    tensor<double> const x = constant({1.});
    tensor<float> const y = zeros<float>({1});
    tensor<bool> const m = x > 0;
    BOOST_TEST(one_pass_is_two(x * y));
    BOOST_TEST(one_pass_is_two(x * sqrt(y)));
    BOOST_TEST(one_pass_is_two(where(m, x, exp(y))));
}

BOOST_AUTO_TEST_CASE(leaves_with_one_adjoint_add_up_in_it)
{
    tensor<double> const x = constant({1.});
    auto const e = x * x + sin(x);
    using E = std::remove_const_t<decltype(e)>;
    block<E> apart(e);
    for (auto& operand : apart.operand_pointers) {
        operand = apart.operands[0].data();
    }
    apart.run_together();
    std::vector<double> sum(padded);
    for (std::size_t i = 0; i < count; ++i) {
        sum[i] = apart.adjoints[0][i] + apart.adjoints[1][i] + apart.adjoints[2][i];
    }

    for (bool const one_pass : {true, false}) {
        block<E> shared(e);
        for (std::size_t i = 0; i < 3; ++i) {
            shared.operand_pointers[i] = shared.operands[0].data();
            shared.adjoint_pointers[i] = shared.adjoints[0].data();
            shared.accumulate[i] = i > 0;
        }
        one_pass ? shared.run_together() : shared.run_separately();
        BOOST_TEST(close(shared.adjoints[0], sum));
    }
}

namespace {
/// Whether the sum of a block whose values are never stored is, bit by bit, that of those stored.
template <class E>
bool sum_is_that_of_stored_values(E const& e)
{
    using T = compute_type<E>;
    constexpr auto length = block_length<T>;
    expression_parts<E> const p(e);
    auto const& kernels = reduced_kernels_of<E>;
    std::vector<tensor<T>> operands;
    std::vector<void const*> pointers;
    for (std::size_t i = 0; i < kernels.leaves.size(); ++i) {
        operands.push_back(random::uniform<T>({length}, -2, 2));
        pointers.push_back(operands.back().data());
    }
    std::vector<T> values(length + 64);
    value_block const stored{
        .operands = pointers.data(),
        .scalars = p.scalars.data(),
        .values = values.data(),
        .count = length};
    T sum = 1;
    auto summed = stored;
    summed.values = &sum;
    kernels.sum(summed);
    kernels.values(stored);
    return same(sum, vectorized::fold_block(values.data(), T(0), vectorized::add{}));
}

template <class T>
void check_sums()
{
    tensor<T> const x = zeros<T>({1});
    tensor<T> const y = zeros<T>({1});
    auto const two = static_cast<T>(2);
    BOOST_TEST(sum_is_that_of_stored_values(-x));
    BOOST_TEST(sum_is_that_of_stored_values(x * y)); // no product goes unrounded into the sum
    BOOST_TEST(sum_is_that_of_stored_values(square(x - y)));
    BOOST_TEST(sum_is_that_of_stored_values(two * x * x));
    BOOST_TEST(sum_is_that_of_stored_values(square(x) + y * two));
    BOOST_TEST(sum_is_that_of_stored_values(x / (two + square(y))));
    BOOST_TEST(sum_is_that_of_stored_values(where(x > y, x, -y)));
    BOOST_TEST(sum_is_that_of_stored_values(abs(x) - maximum(y, x)));
}
} // namespace

BOOST_AUTO_TEST_CASE(the_sum_of_a_block_is_that_of_its_values)
{
    check_sums<double>();
    check_sums<float>();
}

BOOST_AUTO_TEST_CASE(only_sums_carry_the_kernel_for_sums)
{
    using cheap = decltype(square(tensor<double>()));
    using E = decltype(exp(tensor<double>()));
    using integers = decltype(tensor<std::int64_t>() + 1);
    BOOST_TEST((kernels_of<E>.values_and_adjoints == nullptr));
    BOOST_TEST((reduced_kernels_of<E>.values_and_adjoints != nullptr));
    BOOST_TEST((reduced_kernels_of<integers>.values_and_adjoints == nullptr));
    BOOST_TEST((reduced_kernels_of<E>.adjoints == kernels_of<E>.adjoints));
    BOOST_TEST((kernels_of<cheap>.sum == nullptr));
    BOOST_TEST((reduced_kernels_of<cheap>.sum != nullptr));
    BOOST_TEST((reduced_kernels_of<E>.sum == nullptr)); // its values are stored by stages
}
