// The reader of the reference data and the comparison, on which every other test relies.
#include "../support/oracle.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace {

auto const infinity = std::numeric_limits<double>::infinity();
auto const not_a_number = std::numeric_limits<double>::quiet_NaN();

oracle::array vector_of(std::vector<double> data)
{
    auto const size = data.size();
    return {.shape = {size}, .data = std::move(data), .skip = std::vector<bool>(size)};
}

oracle::record const& find(std::string const& file, std::string const& name)
{
    for (auto const& record : oracle::load(file)) {
        if (record.name == name) {
            return record;
        }
    }
    throw std::runtime_error("no record " + name);
}

} // namespace

BOOST_AUTO_TEST_CASE(every_record_is_consistent)
{
    auto const consistent = [](oracle::array const& values) {
        std::size_t size = 1;
        for (auto extent : values.shape) {
            size *= extent;
        }
        return values.data.size() == size && values.skip.size() == size;
    };
    for (auto const* file :
         {"broadcast",
          "compose",
          "edge",
          "elementwise",
          "linalg",
          "nn",
          "reductions",
          "shape",
          "ulp"}) {
        BOOST_TEST(oracle::load(file).size() > 50u);
        for (auto const& record : oracle::load(file)) {
            BOOST_TEST_CONTEXT(file << "/" << record.name)
            {
                for (auto const& input : record.inputs) {
                    BOOST_TEST(consistent(input));
                }
                for (std::size_t i = 0; i < record.outputs.size(); ++i) {
                    BOOST_TEST(consistent(record.outputs[i]));
                    BOOST_TEST(!oracle::compare_output(record.outputs[i], record, i));
                }
                for (std::size_t i = 0; i < record.gradients.size(); ++i) {
                    if (record.gradients[i]) {
                        BOOST_TEST(record.gradients[i]->shape == record.inputs[i].shape);
                        BOOST_TEST(!oracle::compare_gradient(*record.gradients[i], record, i));
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(special_values_are_read)
{
    auto const& exponential = find("edge", "exp_special").inputs.at(0).data;
    BOOST_TEST(std::signbit(exponential[1]));
    BOOST_TEST(exponential[2] == infinity);
    BOOST_TEST(exponential[3] == -infinity);
    BOOST_TEST(std::isnan(exponential[4]));
}

BOOST_AUTO_TEST_CASE(attributes_are_read)
{
    auto const& all = find("reductions", "sum_7_ax_all").attributes;
    BOOST_TEST(all.is_null("axis"));
    BOOST_TEST(!all.boolean("keep_dims"));
    BOOST_TEST(!all.has("ddof"));
    BOOST_CHECK_THROW(all.integer("ddof"), std::out_of_range);

    auto const& one = find("nn", "softmax_5_ax0").attributes;
    BOOST_TEST(one.integer("axis") == 0);
    BOOST_TEST(one.integers("axis") == std::vector<std::int64_t>{0});
}

BOOST_AUTO_TEST_CASE(equal_values_agree_without_tolerance)
{
    auto const expected = vector_of({1, -0.0, infinity, -infinity, not_a_number});
    BOOST_TEST(!oracle::compare(expected, expected, {}));
    BOOST_TEST(!oracle::compare(vector_of({-0.0}), vector_of({0.0}), {}));
}

BOOST_AUTO_TEST_CASE(differences_are_found)
{
    auto const differ = [](double actual, double expected, oracle::tolerance const& allowed) {
        return oracle::compare(vector_of({actual}), vector_of({expected}), allowed).has_value();
    };
    oracle::tolerance const generous{.relative = 1e300, .absolute = 1e300};
    BOOST_TEST(differ(1, infinity, generous));
    BOOST_TEST(differ(infinity, 1, generous));
    BOOST_TEST(differ(-infinity, infinity, generous));
    BOOST_TEST(differ(not_a_number, 1, generous));
    BOOST_TEST(differ(1, not_a_number, generous));
    BOOST_TEST(differ(1 + 3e-12, 1, {.relative = 1e-12}));
    BOOST_TEST(!differ(1 + 3e-12, 1, {.relative = 1e-12, .absolute = 3e-12}));
    BOOST_TEST(differ(1e-300, 0, {.absolute = 1, .exact_zeros = true}));
    BOOST_TEST(differ(-0.0, 0, {.absolute = 1, .zero_signs = true}));

    auto const epsilon = std::numeric_limits<double>::epsilon();
    BOOST_TEST(!differ(1 + 2 * epsilon, 1, {.ulps = 2}));
    BOOST_TEST(differ(1 + 3 * epsilon, 1, {.ulps = 2}));
    BOOST_TEST(!differ(2 * epsilon, 0, {.ulps = 2, .ulp_floor = 1}));
}

BOOST_AUTO_TEST_CASE(skipped_elements_are_ignored)
{
    auto expected = vector_of({1, not_a_number});
    expected.skip[1] = true;
    BOOST_TEST(!oracle::compare(vector_of({1, 7}), expected, {}));
}

BOOST_AUTO_TEST_CASE(weights_belong_to_elements)
{
    oracle::tolerance const allowed{.weight_relative = 1, .weights = {1, 0}};
    BOOST_TEST(!oracle::compare(vector_of({1, 0}), vector_of({0, 0}), allowed));
    BOOST_TEST(oracle::compare(vector_of({0, 1}), vector_of({0, 0}), allowed).has_value());
}

BOOST_AUTO_TEST_CASE(the_sentence_names_the_worst_element)
{
    oracle::array const expected{
        .shape = {2, 2}, .data = {1, 2, 3, 4}, .skip = std::vector<bool>(4)};
    auto actual = expected;
    actual.data[1] += 0.25;
    actual.data[2] += 0.5;
    BOOST_TEST(
        oracle::compare(actual, expected, {}).value() ==
        "at {1, 0} got 3.5, expected 3, error 0.5 where 0 is allowed (2 of 4 elements differ)");

    actual.shape = {4};
    BOOST_TEST(oracle::compare(actual, expected, {}).value() == "got shape {4}, expected {2, 2}");
}
