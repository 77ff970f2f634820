#include <boost/test/unit_test.hpp>

#include <support/oracle.hpp>
#include <xgrad/xgrad.hpp>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>

using namespace xgrad;

namespace {
// The last one is variance's ddof.
using reduce = tensor<double> (*)(
    tensor<double> const&, axes_argument const&, reduction_options const&, std::size_t);

// A reduction is a line.
std::map<std::string, reduce> const reductions{
    {"sum",
     [](auto const& x, auto const& axes, auto const& o, std::size_t) { return sum(x, axes, o); }},
    {"mean",
     [](auto const& x, auto const& axes, auto const& o, std::size_t) { return mean(x, axes, o); }},
    {"amax",
     [](auto const& x, auto const& axes, auto const& o, std::size_t) { return amax(x, axes, o); }},
    {"amin",
     [](auto const& x, auto const& axes, auto const& o, std::size_t) { return amin(x, axes, o); }},
    {"logsumexp",
     [](auto const& x, auto const& axes, auto const& o, std::size_t) {
         return logsumexp(x, axes, o);
     }},
    {"prod",
     [](auto const& x, auto const& axes, auto const& o, std::size_t) { return prod(x, axes, o); }},
    {"variance",
     [](auto const& x, auto const& axes, auto const& o, std::size_t ddof) {
         return variance(x, axes, {.keep_dims = o.keep_dims, .ddof = ddof});
     }},
    {"stddev",
     [](auto const& x, auto const& axes, auto const& o, std::size_t ddof) {
         return stddev(x, axes, {.keep_dims = o.keep_dims, .ddof = ddof});
     }},
};

tensor<double> from(oracle::array const& a)
{
    return constant(a.data, a.shape);
}

axes_argument axes_of(oracle::record const& r)
{
    return !r.attributes.has("axis") || r.attributes.is_null("axis")
        ? axes_argument()
        : axes_argument(r.attributes.integers("axis"));
}

std::size_t ddof_of(oracle::record const& r)
{
    return r.attributes.has("ddof") ? static_cast<std::size_t>(r.attributes.integer("ddof")) : 0;
}

void check_records(std::string const& file)
{
    std::map<std::string, int> seen;
    for (auto const& r : oracle::load(file)) {
        auto const found = reductions.find(r.op);
        if (found == reductions.end()) {
            continue;
        }
        ++seen[r.op];
        bool const keep = r.attributes.has("keep_dims") && r.attributes.boolean("keep_dims");
        // as it is, and as a view that is not contiguous
        for (bool const strided : {false, true}) {
            auto x = from(r.inputs[0]);
            if (strided) {
                x = transpose(tensor<double>(transpose(x) + 0));
            }
            auto tape = create_tape();
            auto const y = found->second(x, axes_of(r), {.keep_dims = keep}, ddof_of(r));
            auto const wrong = oracle::compare_output(oracle::read(y), r);
            BOOST_TEST(!wrong, wrong.value_or(""));
            if (r.output_gradients[0] && !r.gradients.empty() && r.gradients[0]) {
                auto const g = grad(tape, y, x, from(*r.output_gradients[0]));
                auto const off = oracle::compare_gradient(oracle::read(g), r);
                BOOST_TEST(!off, off.value_or(""));
            }
        }
    }
    for (auto const& [name, reduction] : reductions) {
        BOOST_TEST(seen[name] > 0, name << " has no record in " << file);
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(truth_values_have_a_largest_and_a_smallest_one)
{
    tensor const b = constant({{true, false}, {true, true}});
    BOOST_TEST(amax(b).item());
    BOOST_TEST(!amin(b).item());
    BOOST_TEST((amin(b, 1)(1)));
    BOOST_TEST(!amax(constant({1., 2.}) > 3.).item());
    static_assert(std::same_as<decltype(amax(b)), tensor<bool>>);
}

BOOST_AUTO_TEST_CASE(reductions_and_their_gradients_match_the_oracle)
{
    check_records("reductions");
}

BOOST_AUTO_TEST_CASE(reductions_keep_the_conventions_at_singular_points)
{
    for (auto const& r : oracle::load("edge")) {
        auto const found = reductions.find(r.op);
        if (found == reductions.end()) {
            continue;
        }
        auto const x = from(r.inputs[0]);
        auto tape = create_tape();
        auto const y = found->second(x, axes_of(r), {}, ddof_of(r));
        auto const wrong = oracle::compare_output(oracle::read(y), r);
        BOOST_TEST(!wrong, wrong.value_or(""));
        if (!r.gradients.empty() && r.gradients[0]) {
            auto const g = grad(tape, y, x, from(*r.output_gradients[0]));
            auto const off = oracle::compare_gradient(oracle::read(g), r);
            BOOST_TEST(!off, off.value_or(""));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_expression_inside_a_reduction_is_part_of_its_statement)
{
    auto tape = create_tape();
    auto const a = constant({{1., 2.}, {3., 4.}});
    auto const b = constant({1., -1.});
    auto const y = sum(square(a * b - 1));
    BOOST_TEST(tape.size() == 1u);
    BOOST_TEST(y.item() == 0. + 9 + 4 + 25);
    BOOST_TEST(grad(tape, y, b)(1) == 2 * (-3. * 2 - 5 * 4));
}

BOOST_AUTO_TEST_CASE(long_reductions_match_a_long_double_sum_in_every_direction)
{
    random::seed(1);
    auto const x = random::uniform({513, 1030}, -1, 1);
    auto const rows = sum(x, 1);
    auto const columns = sum(x, 0);
    long double all = 0;
    std::vector<long double> row(513, 0);
    std::vector<long double> column(1030, 0);
    auto next = x.begin();
    for (std::size_t i = 0; i < 513; ++i) {
        for (std::size_t j = 0; j < 1030; ++j, ++next) {
            all += *next;
            row[i] += *next;
            column[j] += *next;
        }
    }
    BOOST_TEST(sum(x).item() == double(all), boost::test_tools::tolerance(1e-12));
    for (std::size_t i = 0; i < 513; ++i) {
        BOOST_TEST_REQUIRE(std::abs(rows(i) - double(row[i])) < 1e-12);
    }
    for (std::size_t j = 0; j < 1030; ++j) {
        BOOST_TEST_REQUIRE(std::abs(columns(j) - double(column[j])) < 1e-12);
    }
    BOOST_TEST(sum(transpose(x), 0)(7) == rows(7), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(reductions_of_other_types_have_the_type_that_numpy_would_give)
{
    auto const i = constant({{1, 2}, {3, 4}});
    BOOST_TEST((std::is_same_v<decltype(sum(i)), tensor<std::int32_t>>));
    BOOST_TEST((std::is_same_v<decltype(mean(i)), tensor<double>>));
    BOOST_TEST((std::is_same_v<decltype(sum(i > 2)), tensor<std::int64_t>>));
    BOOST_TEST(sum(i).item() == 10);
    BOOST_TEST(mean(i).item() == 2.5);
    BOOST_TEST(sum(i > 2).item() == 2);
    BOOST_TEST(amax(i, 0)(1) == 4);
    BOOST_TEST((std::is_same_v<decltype(sum(constant({1.f}) * 2.)), tensor<double>>));
    BOOST_TEST(sum(constant({1.f, 2.f})).item() == 3.f);
}

BOOST_AUTO_TEST_CASE(axes_out_of_range_or_named_twice_and_extrema_of_nothing_are_refused)
{
    auto const x = ones({2, 3});
    BOOST_CHECK_THROW(sum(x, 2), shape_error);
    BOOST_CHECK_THROW(sum(x, {0, -2}), shape_error);
    BOOST_CHECK_THROW(amax(zeros({0})), value_error);
    BOOST_CHECK_THROW(amin(zeros({2, 0}), 1), value_error);
    BOOST_TEST(sum(zeros({0})).item() == 0.);
    BOOST_TEST(amax(zeros({0, 2}), 1).size() == 0u);
    BOOST_TEST(std::isnan(mean(zeros({0})).item()));
}

BOOST_AUTO_TEST_CASE(foreign_expressions_can_be_reduced)
{
    xt::xarray<double> const a{{1., 2.}, {3., 4.}};
    BOOST_TEST(xgrad::sum(a, 0)(1) == 6.);
}

BOOST_AUTO_TEST_CASE(the_error_of_a_long_sum_grows_with_the_logarithm_of_its_length)
{
    // 2^24 times the float nearest to 0.1, exactly.
    std::size_t const count = std::size_t{1} << 24;
    double const exact = static_cast<double>(0.1f) * static_cast<double>(count);
    auto const ulp = exact * std::numeric_limits<float>::epsilon();
    tensor<float> const x = full<float>({count}, 0.1f);
    BOOST_TEST(std::abs(sum(x).item() - exact) < 3 * ulp);
    BOOST_TEST(std::abs(sum(x * 1.f).item() - exact) < 3 * ulp);
    BOOST_TEST(std::abs(mean(x).item() - 0.1f) < 3 * 0.1f * std::numeric_limits<float>::epsilon());
    // And where the elements differ.
    tensor<float> const ramp = linspace(0.f, 1.f, count);
    double expected = 0;
    for (auto const element : ramp) {
        expected += static_cast<double>(element);
    }
    BOOST_TEST(std::abs(sum(ramp).item() - expected) < 3e-7 * expected);
}

BOOST_AUTO_TEST_CASE(a_nan_or_an_infinity_of_each_sign_is_seen_wherever_it_stands)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t const count : {3, 16, 33, 64, 70, 1024, 1030, 3000}) {
        for (std::size_t const place : {std::size_t{0}, count / 2, count - 1}) {
            tensor<double> const x = linspace(1, 2, count);
            auto const with = [&](double value) { return tensor<double>(set(x, place, value)); };
            BOOST_TEST(std::isnan(amax(with(nan)).item()));
            BOOST_TEST(std::isnan(amin(with(nan)).item()));
            BOOST_TEST(std::isnan(logsumexp(with(nan)).item()));
            BOOST_TEST(amax(with(infinity)).item() == infinity);
            BOOST_TEST(amin(with(-infinity)).item() == -infinity);
            tensor<double> const both = concatenate({with(infinity), with(-infinity)});
            BOOST_TEST(amax(both).item() == infinity);
            BOOST_TEST(amin(both).item() == -infinity);
            BOOST_TEST(std::isnan(amax(concatenate({both, with(nan)})).item()));
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_of_whole_blocks_have_the_same_bits_whether_they_lie_there_or_are_computed)
{
    random::seed(14);
    auto const compare = [](auto x) {
        using T = typename decltype(x)::value_type;
        auto const expect = [&](auto const& f) {
            tensor<T> const there = f(x);
            tensor<T> const computed = f(x * T(1));
            auto const bytes = there.size() * sizeof(T);
            BOOST_TEST(std::memcmp(there.data(), computed.data(), bytes) == 0);
        };
        expect([](auto const& e) { return sum(e, 1); });
        expect([](auto const& e) { return mean(e, 1); });
        expect([](auto const& e) { return amax(e, 1); });
        expect([](auto const& e) { return logsumexp(e, 1); });
        expect([](auto const& e) { return variance(e, 1); });
    };
    using shape = shape_type;
    for (auto const& s : {shape{16, 1024}, shape{7, 64}, shape{300, 64}, shape{40, 512}}) {
        BOOST_TEST_CONTEXT("shape " << to_string(s))
        {
            compare(random::uniform<double>(s, -2, 2));
            compare(random::uniform<float>(s, -2, 2));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_nan_is_the_largest_of_its_column_and_of_no_other)
{
    for (std::size_t const rows : {1, 2, 31, 33, 300, 5000}) {
        for (std::size_t const at : {std::size_t(0), rows / 2, rows - 1}) {
            constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
            tensor<double> const x = set(zeros({rows, 21}), at, 3, nan);
            auto const largest = amax(x, 0);
            for (std::size_t column = 0; column < 21; ++column) {
                BOOST_TEST(std::isnan(largest(column)) == (column == 3));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(truth_values_are_counted_over_any_axes)
{
    auto const x = random::uniform({7, 33, 5}, -1, 1);
    for (auto const& values : {x, tensor<double>(transpose(x))}) {
        tensor<bool> const truth = values > 0.;
        tensor const numbers = cast<double>(truth);
        for (axes_argument const& axes :
             {axes_argument(),
              axes_argument(0),
              axes_argument(1),
              axes_argument(-1),
              axes_argument({0, 2}),
              axes_argument({1, 2})}) {
            auto const counts = sum(truth, axes);
            auto const expected = sum(numbers, axes);
            BOOST_TEST((counts.shape() == expected.shape()));
            BOOST_TEST(all(counts == expected).item());
            BOOST_TEST(all(sum(values > 0., axes, {.keep_dims = true}) ==
                           sum(numbers, axes, {.keep_dims = true}))
                           .item());
        }
    }
    BOOST_TEST(sum(zeros<bool>({0, 3})).item() == 0);
    BOOST_TEST(all(sum(zeros<bool>({0, 3}), 0) == 0).item());
    try {
        sum(x > 0., 3);
        BOOST_ERROR("an axis out of range was taken");
    } catch (shape_error const& e) {
        BOOST_TEST(std::string(e.what()).starts_with("sum: axis 3"));
    }
}

BOOST_AUTO_TEST_CASE(extremes_without_nans_of_rows_of_every_length)
{
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    auto const inf = std::numeric_limits<double>::infinity();
    for (std::size_t length = 1; length < 20; ++length) {
        tensor const drawn = random::uniform({50, length}, -1, 1);
        tensor const x = where(drawn > 0.5, nan, drawn);
        tensor const largest = amax(where(isnan(x), -inf, x), 1);
        tensor const smallest = amin(where(isnan(x), inf, x), 1);
        BOOST_TEST(all(isnan(nanmax(x, 1)) == isinf(largest)).item());
        BOOST_TEST(all(where(isinf(largest), true, nanmax(x, 1) == largest)).item());
        BOOST_TEST(all(where(isinf(smallest), true, nanmin(x, 1) == smallest)).item());
    }
}
