#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>
#include <support/oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {
// Python's slice with open ends.
slice to_slice(nlohmann::json const& s)
{
    using namespace placeholders;
    if (s.is_string()) {
        auto const word = s.get<std::string>();
        return word == "all" ? slice(all()) : word == "newaxis" ? slice(newaxis()) : slice(ellipsis());
    }
    if (s.contains("index")) {
        return slice(s["index"].get<int>());
    }
    auto const& range = s["range"];
    bool const open[]{range[0].is_null(), range[1].is_null()};
    auto const step = range[2].is_null() ? 1 : range[2].get<int>();
    auto const a = open[0] ? 0 : range[0].get<int>();
    auto const b = open[1] ? 0 : range[1].get<int>();
    return open[0] && open[1] ? slice(xgrad::range(_, _, step))
           : open[0]          ? slice(xgrad::range(_, b, step))
           : open[1]          ? slice(xgrad::range(a, _, step))
                              : slice(xgrad::range(a, b, step));
}

template <class... S>
tensor<double> view_by(tensor<double> const& x, nlohmann::json const& list, S const&... s)
{
    if constexpr (sizeof...(S) < 5) {
        if (sizeof...(S) < list.size()) {
            return view_by(x, list, s..., to_slice(list[sizeof...(S)]));
        }
    }
    return view(x, s...);
}
} // namespace

BOOST_AUTO_TEST_CASE(views_and_their_gradients_match_the_oracle)
{
    int count = 0;
    for (auto const& r : oracle::load("shape")) {
        if (r.op != "view") {
            continue;
        }
        ++count;
        auto const x = constant(r.inputs[0].data, r.inputs[0].shape);
        auto tape = create_tape();
        auto const y = view_by(x, r.attributes.raw().at("slices"));
        auto const wrong = oracle::compare(oracle::read(y), r.outputs[0], {});
        BOOST_TEST(!wrong, r.name << ": " << wrong.value_or(""));
        auto const& out_grad = *r.output_gradients[0];
        auto const g = grad(tape, y, x, constant(out_grad.data, out_grad.shape));
        auto const off = oracle::compare_gradient(oracle::read(g), r);
        BOOST_TEST(!off, off.value_or(""));
    }
    BOOST_TEST(count == 16);
}

BOOST_AUTO_TEST_CASE(indices_out_of_range_and_too_many_slices_are_refused)
{
    auto const x = ones({2, 3});
    BOOST_CHECK_THROW(view(x, 2), value_error);
    BOOST_CHECK_THROW(view(x, 0, -4), value_error);
    BOOST_CHECK_THROW(view(x, all(), all(), all()), shape_error);
}

BOOST_AUTO_TEST_CASE(overlapping_views_add_up)
{
    auto tape = create_tape();
    tensor const x = constant({1., 2., 3., 4.});
    tensor const y = sum(view(x, range(0, 3)) * view(x, range(1, 4)));
    auto const g = grad(tape, y, x);
    BOOST_TEST(g(0) == 2.);
    BOOST_TEST(g(1) == 4.);
    BOOST_TEST(g(3) == 3.);
}
