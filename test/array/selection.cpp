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
        return std::vector<std::remove_cvref_t<decltype(f(x, r.attributes))>>{f(x, r.attributes)};
    };
}

template <class T>
tensor<std::int64_t> index(tensor<T> const& x)
{
    return cast<std::int64_t>(x);
}
} // namespace

BOOST_AUTO_TEST_CASE(take_and_its_kin_match_the_oracle)
{
    check("shape", "take", one([](auto const& x, auto const& a) {
              return a.is_null("axis") ? take(x[0], index(x[1]))
                                       : take(x[0], index(x[1]), a.integer("axis"));
          }));
    check("shape", "take_along_axis", one([](auto const& x, auto const& a) {
              return take_along_axis(x[0], index(x[1]), a.integer("axis"));
          }));
    check("shape", "gather_nd", one([](auto const& x, auto const&) {
              return gather_nd(x[0], index(x[1]));
          }));
    check(
        "shape", "filter", one([](auto const& x, auto const&) { return filter(x[0], x[1] != 0); }));
}

BOOST_AUTO_TEST_CASE(scatters_and_segment_sums_match_the_oracle)
{
    check("shape", "scatter_add", one([](auto const& x, auto const& a) {
              return scatter_add(x[0], index(x[1]), x[2], a.integer("axis"));
          }));
    check("shape", "scatter_nd", one([](auto const& x, auto const& a) {
              return scatter_nd(index(x[0]), x[1], a.integers("shape"));
          }));
    check("shape", "segment_sum", one([](auto const& x, auto const& a) {
              return segment_sum(x[0], index(x[1]), a.integer("num_segments"));
          }));
    check("shape", "one_hot", one([](auto const& x, auto const& a) {
              using T = typename std::remove_cvref_t<decltype(x[0])>::value_type;
              return one_hot<T>(index(x[0]), a.integer("depth"));
          }));
}

BOOST_AUTO_TEST_CASE(indices_are_numbers_lists_vectors_and_arrays)
{
    auto const x = constant({{1., 2., 3.}, {4., 5., 6.}});
    BOOST_TEST(take(x, 1, 0).shape() == (shape_type{3}));
    BOOST_TEST(take(x, {2, 0}, 1)(1, 0) == 6.);
    BOOST_TEST(take(x, std::vector<int>{-1}, 1)(0, 0) == 3.);
    BOOST_TEST(take(x, xt::xarray<int>{{0, 1}, {5, 4}})(1, 0) == 6.);
    BOOST_TEST(take(x, 4).item() == 5.);
    BOOST_TEST(take(x, std::vector<int>(), 1).shape() == (shape_type{2, 0}));
    BOOST_TEST(filter(x, x > 7).size() == 0u);
    BOOST_TEST(masked(x, constant({true, false, true}))(3) == 6.);
    BOOST_TEST(take(constant({1, 2, 3}), {2, 2})(1) == 3);
    BOOST_TEST(filter(constant(3.), constant(true)).size() == 1u);
}

BOOST_AUTO_TEST_CASE(repeated_indices_add_up_and_adjoints_agree)
{
    check_adjoint([](auto const& v) { return take(v, {1, 1, 0, -1}, 0); }, linspace(-1, 2, 5));
    check_adjoint(
        [](auto const& v) {
            return segment_sum(v, {2, 0, 2, 2, 1}, 4);
        },
        linspace(-1, 2, 5));
    check_adjoint(
        [](auto const& v) {
            return scatter_nd(constant({{1}, {1}, {0}}), v, {3, 2});
        },
        reshape(linspace(-1, 2, 6), {3, 2}));
    check_adjoint(
        [](auto const& v) {
            return scatter_add(v, {1, 1}, view(v, range(0, 2)));
        },
        linspace(-1, 2, 5));
    auto tape = create_tape();
    auto const x = constant({1., 2., 3.});
    auto const y = take(x, {0, 0, 0, 2}, 0);
    BOOST_TEST(tape.size() == 1u);
    auto const g = grad(tape, y, x);
    BOOST_TEST(g(0) == 3.);
    BOOST_TEST(g(1) == 0.);
}

BOOST_AUTO_TEST_CASE(indices_out_of_range_are_refused_with_index_and_shape)
{
    auto const x = ones({2, 3});
    BOOST_CHECK_EXCEPTION(
        take(x, {0, 3}, 1),
        value_error,
        starts_with("take: index 3 is out of range for axis 1 of shape {2, 3}"));
    BOOST_CHECK_THROW(take(x, -7), value_error);
    BOOST_CHECK_THROW(take(x, 0, 2), shape_error);
    BOOST_CHECK_THROW(take_along_axis(x, constant({{0}, {3}}), 1), value_error);
    BOOST_CHECK_EXCEPTION(
        take_along_axis(x, constant({0, 1}), 1),
        shape_error,
        starts_with("take_along_axis: indices of shape {2} do not fit shape {2, 3}"));
    BOOST_CHECK_THROW(gather_nd(x, constant({{0, 3}})), value_error);
    BOOST_CHECK_THROW(gather_nd(x, constant({{0, 1, 2}})), shape_error);
    BOOST_CHECK_THROW(scatter_nd(constant({{0}}), ones({2}), {3}), shape_error);
    BOOST_CHECK_THROW(scatter_add(x, {0}, ones({2, 3})), shape_error);
    BOOST_CHECK_THROW(segment_sum(x, {0, 5}, 3), value_error);
    BOOST_CHECK_THROW(segment_sum(x, {0}, 3), shape_error);
    BOOST_CHECK_THROW(one_hot({3}, 3), value_error);
    BOOST_CHECK_THROW(filter(x, constant({true, false})), shape_error);
}

BOOST_AUTO_TEST_CASE(rows_of_every_length_are_taken_also_of_none)
{
    for (std::size_t const length : {0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 200}) {
        auto const x = reshape(arange<double>(5. * static_cast<double>(length)), {5, length});
        auto const check = [&](auto const& values) {
            auto const taken = take(values, {3, 0, -1, 3}, 0);
            bool same = same_shape(taken.shape(), shape_type{4, length});
            for (std::size_t j = 0; j < length && same; ++j) {
                same = taken(0, j) == values(3, j) && taken(1, j) == values(0, j) &&
                    taken(2, j) == values(4, j) && taken(3, j) == values(3, j);
            }
            BOOST_TEST(same, length);
        };
        check(x);
        check(tensor(cast<float>(x)));
        check(tensor(x > 7.));
    }
}

namespace {
template <class T>
void check_rows(std::size_t length)
{
    auto const x = cast<T>(random::uniform<double>({2, 7, length}, -9, 9));
    auto const v = cast<T>(random::uniform<double>({2, 5, length}, -9, 9));
    std::vector<int> const rows{3, 0, 6, 3, -1};
    tensor<T> const taken = take(x, rows, 1);
    tensor<T> const added = scatter_add(x, rows, v, 1);
    bool right = true;
    for (std::size_t part = 0; part < 2; ++part) {
        for (std::size_t k = 0; k < length; ++k) {
            auto expected = std::vector<T>(7);
            for (std::size_t row = 0; row < 7; ++row) {
                expected[row] = x(part, row, k);
            }
            for (std::size_t i = 0; i < rows.size(); ++i) {
                auto const row = static_cast<std::size_t>((rows[i] + 7) % 7);
                right = right && taken(part, i, k) == x(part, row, k);
                expected[row] += v(part, i, k);
            }
            for (std::size_t row = 0; row < 7; ++row) {
                right = right && added(part, row, k) == expected[row];
            }
        }
    }
    BOOST_TEST(right, length);
}
} // namespace

BOOST_AUTO_TEST_CASE(rows_of_every_length_are_added_where_they_were_taken)
{
    for (std::size_t const length : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 70, 130}) {
        check_rows<double>(length);
        check_rows<float>(length);
        check_rows<std::int64_t>(length);
        check_rows<std::int32_t>(length);
    }
}
