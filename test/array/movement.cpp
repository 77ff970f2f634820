#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>
#include <support/oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {
tensor<double> from(oracle::array const& a)
{
    return constant(a.data, a.shape);
}

template <class F>
int check_operator(std::string const& op, F&& f)
{
    int count = 0;
    for (auto const& r : oracle::load("shape")) {
        if (r.op != op) {
            continue;
        }
        ++count;
        auto const x = from(r.inputs[0]);
        auto tape = create_tape();
        tensor<double> const y = f(x, r);
        auto const wrong = oracle::compare(oracle::read(y), r.outputs[0], {});
        BOOST_TEST(!wrong, r.name << ": " << wrong.value_or(""));
        auto const g = grad(tape, y, x, from(*r.output_gradients[0]));
        auto const off = oracle::compare_gradient(oracle::read(g), r);
        BOOST_TEST(!off, off.value_or(""));
    }
    return count;
}
} // namespace

BOOST_AUTO_TEST_CASE(reshape_matches_the_oracle)
{
    BOOST_TEST(check_operator("reshape", [](auto const& x, auto const& r) {
        return reshape(x, r.attributes.integers("shape"));
    }) > 0);
    BOOST_TEST(check_operator("ravel", [](auto const& x, auto const&) { return ravel(x); }) > 0);
}

BOOST_AUTO_TEST_CASE(transpose_matches_the_oracle)
{
    BOOST_TEST(check_operator("transpose", [](auto const& x, auto const& r) {
        return r.attributes.has("axes") && !r.attributes.is_null("axes")
                   ? transpose(x, r.attributes.integers("axes"))
                   : transpose(x);
    }) > 0);
}

BOOST_AUTO_TEST_CASE(views_and_reshapes_copy_nothing)
{
    auto const x = ones({4, 6});
    BOOST_TEST(reshape(x, {3, 8}).data() == x.data());
    BOOST_TEST(view(x, 1).data() == x.data() + 6);
    BOOST_TEST(transpose(x).body().data == x.body().data);
}

BOOST_AUTO_TEST_CASE(wrong_shapes_and_permutations_are_refused)
{
    auto const x = ones({2, 3});
    BOOST_CHECK_THROW(reshape(x, {4, 2}), shape_error);
    BOOST_CHECK_THROW(reshape(x, {-1, 4}), shape_error);
    BOOST_CHECK_THROW(transpose(x, {0, 0}), shape_error);
    BOOST_CHECK_THROW(transpose(x, {0}), shape_error);
    BOOST_CHECK_THROW(transpose(x, {0, 2}), shape_error);
}

BOOST_AUTO_TEST_CASE(a_statement_may_read_a_view_of_what_it_replaces)
{
    tensor x = constant({{1., 2.}, {3., 4.}});
    auto tape = create_tape();
    tensor const source = x;
    x = x + transpose(x);
    BOOST_TEST(x(0, 1) == 5.);
    auto const g = grad(tape, x, source, constant({{1., 10.}, {100., 1000.}}));
    BOOST_TEST(g(0, 1) == 110.);
    BOOST_TEST(g(1, 1) == 2000.);
}
