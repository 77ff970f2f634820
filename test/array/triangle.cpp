#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using array_oracle::check;
using array_oracle::check_adjoint;
using array_oracle::starts_with;

namespace {
template <class F>
auto one(F const& f)
{
    return [f](auto const& x, oracle::record const& r) {
        return std::vector<std::remove_cvref_t<decltype(x[0])>>{f(x[0], r.attributes)};
    };
}
} // namespace

BOOST_AUTO_TEST_CASE(diagonals_and_their_gradients_match_the_oracle)
{
    check(
        "shape", "diag", one([](auto const& x, auto const& a) { return diag(x, a.integer("k")); }));
    check("shape", "diagonal", one([](auto const& x, auto const& a) {
              return diagonal(x, a.integer("offset"), a.integer("axis1"), a.integer("axis2"));
          }));
    check("shape", "trace", one([](auto const& x, auto const& a) {
              return trace(x, a.integer("offset"));
          }));
    BOOST_TEST(diag(constant({{1., 2.}, {3., 4.}}))(1) == 4.);
    BOOST_TEST(diagonal(ones({2, 2}), 5).size() == 0u);
    BOOST_TEST(trace(zeros({0, 0})).item() == 0.);
    BOOST_TEST(diagonal(eye(3)).data() != nullptr);
}

BOOST_AUTO_TEST_CASE(triangles_match_the_oracle_and_hide_what_is_not_finite)
{
    check(
        "shape", "tril", one([](auto const& x, auto const& a) { return tril(x, a.integer("k")); }));
    check(
        "shape", "triu", one([](auto const& x, auto const& a) { return triu(x, a.integer("k")); }));
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(tril(constant({{1., nan}, {2., 3.}}))(0, 1) == 0.);
    BOOST_TEST(triu(constant({{1, 2}, {3, 4}}))(1, 0) == 0);
}

BOOST_AUTO_TEST_CASE(meshgrid_matches_the_oracle)
{
    check("shape", "meshgrid", [](auto const& x, auto const& r) {
        auto const order = r.attributes.text("indexing") == "xy" ? indexing::xy : indexing::ij;
        auto const list = [](auto const& grids) {
            return std::apply([](auto const&... g) { return std::vector{g...}; }, grids);
        };
        return x.size() == 2 ? list(meshgrid(order, x[0], x[1]))
                             : list(meshgrid(order, x[0], x[1], x[2]));
    });
    BOOST_CHECK_THROW(meshgrid(ones({2, 2}), ones({2})), shape_error);
}

BOOST_AUTO_TEST_CASE(matrices_are_asked_for_where_diagonals_are)
{
    BOOST_CHECK_EXCEPTION(
        tril(ones({3})), shape_error, starts_with("tril: shape {3} has no rows and columns"));
    BOOST_CHECK_THROW(diagonal(ones({3})), shape_error);
    BOOST_CHECK_THROW(diagonal(ones({3, 3}), 0, 1, 1), shape_error);
    BOOST_CHECK_THROW(diag(constant(1.)), shape_error);
}

BOOST_AUTO_TEST_CASE(diagonals_far_beyond_a_matrix_are_empty)
{
    constexpr auto most = std::numeric_limits<std::ptrdiff_t>::max();
    constexpr auto least = std::numeric_limits<std::ptrdiff_t>::min();
    auto const x = ones({2, 3});
    BOOST_TEST(sum(tril(x, most)).item() == 6.);
    BOOST_TEST(sum(tril(x, least)).item() == 0.);
    BOOST_TEST(sum(triu(x, most)).item() == 0.);
    BOOST_TEST(sum(triu(x, least)).item() == 6.);
    BOOST_TEST(diagonal(x, most).size() == 0u);
    BOOST_TEST(diagonal(x, least).size() == 0u);
    BOOST_CHECK_THROW(diag(ones({2}), most), shape_error);
    BOOST_CHECK_THROW(diag(ones({2}), least), shape_error);
}
