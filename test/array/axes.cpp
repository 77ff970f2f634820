#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using array_oracle::check;
using array_oracle::check_adjoint;
using array_oracle::starts_with;

namespace {
template <class X>
using several = std::vector<X>;

/// f of the first input, as a list of one.
template <class F>
auto one(F const& f)
{
    return [f](auto const& x, oracle::record const& r) {
        return several<std::remove_cvref_t<decltype(x[0])>>{f(x[0], r.attributes)};
    };
}

axes_argument axes_of(oracle::attribute_list const& a, std::string const& name = "axis")
{
    return a.is_null(name) ? axes_argument() : axes_argument(a.integers(name));
}
} // namespace

BOOST_AUTO_TEST_CASE(axes_change_places_as_in_the_oracle)
{
    check("shape", "transpose", one([](auto const& x, auto const& a) {
              return a.is_null("axes") ? transpose(x) : transpose(x, a.integers("axes"));
          }));
    check("shape", "swapaxes", one([](auto const& x, auto const& a) {
              return swapaxes(x, a.integer("axis1"), a.integer("axis2"));
          }));
    check("shape", "moveaxis", one([](auto const& x, auto const& a) {
              return moveaxis(x, axes_of(a, "source"), axes_of(a, "destination"));
          }));
    check("shape", "reshape", one([](auto const& x, auto const& a) {
              return reshape(x, a.integers("shape"));
          }));
}

BOOST_AUTO_TEST_CASE(axes_of_length_one_come_and_go_as_in_the_oracle)
{
    check("shape", "expand_dims", one([](auto const& x, auto const& a) {
              return expand_dims(x, axes_of(a));
          }));
    check("shape", "squeeze", one([](auto const& x, auto const& a) {
              return squeeze(x, axes_of(a));
          }));
    BOOST_CHECK_EXCEPTION(
        squeeze(ones({1, 3}), 1),
        shape_error,
        starts_with("squeeze: axis 1 of shape {1, 3} has length 3, not 1"));
    BOOST_CHECK_THROW(expand_dims(ones({3}), 2), shape_error);
    BOOST_CHECK_THROW(expand_dims(ones({3}), {0, 0}), shape_error);
}

BOOST_AUTO_TEST_CASE(broadcast_and_its_gradient_match_the_oracle)
{
    check("shape", "broadcast", one([](auto const& x, auto const& a) {
              return broadcast(x, a.integers("shape"));
          }));
    auto const x = ones({3, 1});
    BOOST_TEST(broadcast(x, {2, 3, 4}).body().data == x.body().data);
    BOOST_CHECK_EXCEPTION(
        broadcast(ones({3}), {2, 2}),
        shape_error,
        starts_with("broadcast: shape {3} does not broadcast to {2, 2}"));
    BOOST_CHECK_THROW(broadcast(ones({2, 2}), {2}), shape_error);
}

BOOST_AUTO_TEST_CASE(sum_to_is_the_adjoint_of_broadcast)
{
    random::seed(1);
    auto const x = random::normal({2, 3, 4});
    auto const s = sum_to(x, {3, 1});
    BOOST_TEST(s.shape() == (shape_type{3, 1}));
    BOOST_TEST(s(1, 0) == sum(view(x, all(), 1)).item(), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(sum_to(x, {}).dimension() == 0u);
    BOOST_TEST(sum_to(zeros({0, 3}), {1, 3})(0, 2) == 0.);
    BOOST_TEST(sum_to(zeros({5, 2, 0}), {0}).size() == 0u);
    check_adjoint([](auto const& v) { return sum_to(v, {3, 1}); }, x);
    check_adjoint([](auto const& v) { return broadcast(v, {5, 2, 3, 4}); }, x);
    BOOST_CHECK_THROW(sum_to(x, {2}), shape_error);
    auto tape = create_tape();
    tensor const y = sum_to(x, {4});
    BOOST_TEST(tape.size() == 1u);
}

BOOST_AUTO_TEST_CASE(flip_and_rot90_match_the_oracle)
{
    check("shape", "flip", one([](auto const& x, auto const& a) { return flip(x, axes_of(a)); }));
    check("shape", "rot90", one([](auto const& x, auto const& a) {
              auto const axes = a.integers("axes");
              return rot90(x, static_cast<int>(a.integer("k")), {axes[0], axes[1]});
          }));
    BOOST_TEST(flip(zeros({0, 2})).size() == 0u);
    BOOST_TEST(flip(constant(3.)).item() == 3.);
    BOOST_CHECK_THROW(rot90(ones({2, 2}), 1, {1, -1}), shape_error);
    BOOST_CHECK_THROW(rot90(ones({2})), shape_error);
}

BOOST_AUTO_TEST_CASE(moved_axes_out_of_range_or_named_twice_are_refused)
{
    auto const x = ones({2, 3, 4});
    BOOST_CHECK_THROW(swapaxes(x, 0, 3), shape_error);
    BOOST_CHECK_THROW(moveaxis(x, {0, 0}, {1, 2}), shape_error);
    BOOST_CHECK_THROW(moveaxis(x, {0, 1}, 2), shape_error);
    BOOST_CHECK_THROW(flip(x, {1, -2}), shape_error);
}

BOOST_AUTO_TEST_CASE(an_axis_out_of_range_names_the_users_file_and_line)
{
    auto const x = ones({2, 3});
    auto const expect = [](auto const& fail, int line) {
        auto const place = " [axes.cpp:" + std::to_string(line) + "]";
        BOOST_CHECK_EXCEPTION(fail(), shape_error, [&](shape_error const& e) {
            return std::string(e.what()).ends_with(place);
        });
    };
    expect([&] { return sum(x, 2); }, __LINE__);
    expect([&] { return variance(exp(x), {0, 0}); }, __LINE__);
    expect([&] { return cumsum(exp(x), 2); }, __LINE__);
    expect([&] { return diff(exp(x), 1, -3); }, __LINE__);
    expect([&] { return sort(x, 2); }, __LINE__);
    expect([&] { return swapaxes(x, 0, 2); }, __LINE__);
    expect([&] { return take(x, 0, 2); }, __LINE__);
    expect([&] { return split(x, 2, 2); }, __LINE__);
    expect([&] { return x.shape(2); }, __LINE__);
}
