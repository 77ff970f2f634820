#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using array_oracle::check;
using array_oracle::check_adjoint;

namespace {
template <class F>
auto one(F const& f)
{
    return [f](auto const& x, oracle::record const& r) {
        return std::vector<std::remove_cvref_t<decltype(x[0])>>{f(x, r.attributes)};
    };
}
} // namespace

BOOST_AUTO_TEST_CASE(running_sums_and_products_match_the_oracle)
{
    check("reductions", "cumsum", one([](auto const& x, auto const& a) {
              return cumsum(x[0], a.integer("axis"));
          }));
    auto const product =
        one([](auto const& x, auto const& a) { return cumprod(x[0], a.integer("axis")); });
    auto const logsum =
        one([](auto const& x, auto const& a) { return logcumsumexp(x[0], a.integer("axis")); });
    check("reductions", "cumprod", product);
    check("edge", "cumprod", product);
    check("reductions", "logcumsumexp", logsum);
    check("edge", "logcumsumexp", logsum);
}

BOOST_AUTO_TEST_CASE(differences_and_integrals_match_the_oracle)
{
    check("reductions", "diff", one([](auto const& x, auto const& a) {
              return diff(x[0], a.integer("n"), a.integer("axis"));
          }));
    check("reductions", "trapz", one([](auto const& x, auto const& a) {
              return x.size() == 2 ? trapz(x[0], x[1], a.integer("axis"))
                                   : trapz(x[0], a.number("dx"), a.integer("axis"));
          }));
}

BOOST_AUTO_TEST_CASE(scans_take_expressions_integers_and_nothing)
{
    auto const x = constant({{1., 2.}, {3., 4.}});
    BOOST_TEST(cumsum(2 * x)(3) == 20.);
    BOOST_TEST(cumsum(2 * x, 0)(1, 0) == 8.);
    BOOST_TEST((std::is_same_v<decltype(cumsum(x > 1)), tensor<std::int64_t>>));
    BOOST_TEST(cumsum(x > 1)(3) == 3);
    BOOST_TEST(cumprod(constant({2, 3}))(1) == 6);
    BOOST_TEST(cumsum(zeros({0}), 0).size() == 0u);
    BOOST_TEST(cumprod(zeros({0, 2}), 1).size() == 0u);
    BOOST_TEST(cumsum(constant(3.)).size() == 1u);
    BOOST_TEST(std::isnan(cumsum(constant({1., std::nan(""), 2.}))(2)));
    BOOST_TEST(logcumsumexp(constant({1000., 1000.}))(1) == 1000 + std::log(2.));
    BOOST_TEST(diff(constant({1, 4, 9}))(1) == 5);
    BOOST_TEST(diff(constant({1, 4, 9}) * 2)(1) == 10);
    BOOST_TEST((std::is_same_v<decltype(diff(x > 1)), tensor<std::int32_t>>));
    BOOST_TEST(diff(x > 1)(0, 0) == 1);
    BOOST_TEST(diff(ones({1}), 3).size() == 0u);
    BOOST_TEST(diff(exp(ones({1, 2})), 1, 0).size() == 0u);
    BOOST_TEST(diff(exp(zeros({0, 2})), 1, 0).shape()[0] == 0u);
    BOOST_TEST(diff(exp(zeros({2, 0})), 1, 0).shape()[0] == 1u);
    BOOST_TEST(diff(2 * x, 0)(1, 1) == 8.);
    BOOST_CHECK_THROW(diff(x, 1, 2), shape_error);
    BOOST_TEST(trapz(constant({1., 3.}), 2.).item() == 4.);
    BOOST_CHECK_THROW(cumsum(x, 2), shape_error);
    BOOST_CHECK_THROW(cumsum(constant(1.), 0), shape_error);
    BOOST_CHECK_THROW(trapz(x, ones({3})), shape_error);
}

BOOST_AUTO_TEST_CASE(gradients_of_scans_agree_with_differences)
{
    random::seed(4);
    auto const x = random::normal({3, 4, 2});
    auto const weight = random::normal({3, 4, 2});
    check_adjoint([](auto const& v) { return cumsum(v, 1); }, x);
    for (int const axis : {0, 1, 2}) {
        check_adjoint([=](auto const& v) { return diff(v, 2, axis); }, x);
    }
    for (int const axis : {0, 1, 2}) {
        auto const product =
            check_gradient([&](auto const& v) { return cumprod(v, axis) * weight; }, x);
        BOOST_TEST(product.ok(), product);
        auto const logsum =
            check_gradient([&](auto const& v) { return logcumsumexp(v, axis) * weight; }, x);
        BOOST_TEST(logsum.ok(), logsum);
    }
    auto const zeros_inside = constant({2., 0., 3., 0., -1.});
    auto const g = check_gradient(
        [&](auto const& v) { return cumprod(v, 0) * linspace(1, 2, 5); }, zeros_inside);
    BOOST_TEST(g.ok(), g);
}

BOOST_AUTO_TEST_CASE(a_scan_of_an_expression_is_one_statement)
{
    auto const x = constant({{1., 2.}, {3., 4.}});
    auto tape = create_tape({.persistent = true});
    auto const y = cumsum(exp(x) * 2., 0);
    auto const flat = cumsum(x * x);
    BOOST_TEST(tape.size() == 2u);
    BOOST_TEST(tape.summary().find("cumsum(exp(v0) * 2)") != std::string::npos, tape.summary());
    auto const differences = diff(exp(x) * 2., 1, 0);
    BOOST_TEST(tape.size() == 3u);
    BOOST_TEST(tape.summary().find("diff(exp(v0) * 2)") != std::string::npos, tape.summary());
    BOOST_TEST(flat.shape() == (shape_type{4}), boost::test_tools::per_element());
    BOOST_TEST(grad(tape, flat, x)(0, 1) == 3 * 2 * 2.);
    // An axis that is all of the elements, and not all axes.
    BOOST_TEST(
        cumsum(ones({3, 1}), 0).shape() == (shape_type{3, 1}), boost::test_tools::per_element());
}

namespace {
/// The same by hand: next(element, what came before) along an axis, or from its end.
template <class Next>
tensor<double>
scanned_by_hand(tensor<double> const& x, std::size_t axis, bool backwards, Next const& next)
{
    std::size_t inner = 1;
    for (auto i = axis + 1; i < x.dimension(); ++i) {
        inner *= x.shape()[i];
    }
    auto const length = x.shape()[axis];
    std::vector<double> y(x.begin(), x.end());
    for (std::size_t k = 0; k < y.size(); ++k) {
        auto const i = backwards ? y.size() - 1 - k : k;
        auto const place = i / inner % length;
        if (place != (backwards ? length - 1 : 0)) {
            y[i] = next(y[i], y[backwards ? i + inner : i - inner]);
        }
    }
    return tensor<double>(reshape(constant(y), x.shape()));
}
} // namespace

BOOST_AUTO_TEST_CASE(scans_of_many_elements_are_the_same_on_any_number_of_threads)
{
    // Longer than a block, than a stretch of them, and ends that fill no register.
    auto const add = [](double x, double before) { return x + before; };
    auto const multiply = [](double x, double before) { return x * before; };
    for (auto const& shape :
         {shape_type{100001},
          shape_type{3, 40003},
          shape_type{40003, 3},
          shape_type{2001, 5, 7},
          shape_type{2, 9, 3001}}) {
        auto const x = random::uniform(shape, -1, 1);
        tensor<double> const y = exp(x) * x;
        tensor<double> const z = 1 + 1e-4 * x;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            auto const along = static_cast<std::ptrdiff_t>(axis);
            auto const sums = scanned_by_hand(y, axis, false, add);
            auto const products = scanned_by_hand(z, axis, false, multiply);
            tensor<double> const weight = cos(x);
            tensor<double> const back =
                scanned_by_hand(weight, axis, true, add) * (exp(x) * (1 + x));
            for (std::size_t const threads : {1, 2, 5}) {
                set_num_threads(threads);
                auto tape = create_tape();
                auto const s = cumsum(exp(x) * x, along);
                tensor<double> const total = sum(s * weight);
                BOOST_TEST(all(s == sums).item());
                auto const g = grad(tape, total, x);
                BOOST_TEST(amax(abs(g - back)).item() < 1e-12 * norm_linf(back).item());
                BOOST_TEST(all(cumprod(1 + 1e-4 * x, along) == products).item());
            }
            set_num_threads(0);
        }
    }
}

BOOST_AUTO_TEST_CASE(differences_of_many_elements_are_the_same_on_any_number_of_threads)
{
    // Several slabs in a piece, pieces of a slab, and rows that are longer than a piece.
    for (auto const& shape :
         {shape_type{100001},
          shape_type{3, 40003},
          shape_type{40003, 3},
          shape_type{2001, 5, 7},
          shape_type{3, 2, 3001},
          shape_type{2, 100003}}) {
        auto const x = random::uniform(shape, -1, 1);
        auto const row = random::uniform({shape.back()}, -1, 1);
        tensor<double> const y = exp(x) * row;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            auto const along = static_cast<std::ptrdiff_t>(axis);
            auto const length = static_cast<std::ptrdiff_t>(shape[axis]);
            auto const later = take(y, arange<std::int64_t>(1, length), along);
            auto const earlier = take(y, arange<std::int64_t>(0, length - 1), along);
            tensor<double> const weight = cos(later);
            std::vector<std::vector<std::size_t>> before(shape.size(), {0, 0});
            auto after = before;
            before[axis] = {1, 0};
            after[axis] = {0, 1};
            tensor<double> const back = (pad(weight, before) - pad(weight, after)) * y;
            for (std::size_t const threads : {1, 2, 5}) {
                set_num_threads(threads);
                auto tape = create_tape();
                auto const d = diff(exp(x) * row, 1, along);
                tensor<double> const total = sum(d * weight);
                BOOST_TEST(all(d == later - earlier).item());
                BOOST_TEST(all(diff(y, 1, along) == later - earlier).item());
                BOOST_TEST(amax(abs(grad(tape, total, x) - back)).item() < 1e-14);
            }
            set_num_threads(0);
        }
    }
}
