#include <support/records.hpp>

#include <xgrad/nn.hpp>

using namespace xgrad;
using records::tensors;

namespace {
axes_argument axes_of(oracle::record const& r, std::string const& key)
{
    return r.attributes.is_null(key) ? axes_argument() : axes_argument(r.attributes.integers(key));
}
} // namespace

BOOST_AUTO_TEST_CASE(normalizations_match_the_oracle)
{
    BOOST_TEST(records::check("nn", "layer_norm", [](tensors const& x, auto const& r) -> tensors {
                   layer_norm_options const o{
                       .axes = axes_of(r, "normalized_axes"), .eps = r.attributes.number("eps")};
                   return {x.size() == 1 ? layer_norm(x[0], o) : layer_norm(x[0], x[1], x[2], o)};
               }) > 3);
    BOOST_TEST(records::check("nn", "batch_norm", [](tensors const& x, auto const& r) -> tensors {
                   batch_norm_options const o{
                       .axis = static_cast<std::ptrdiff_t>(r.attributes.integer("axis")),
                       .eps = r.attributes.number("eps")};
                   return {
                       r.attributes.boolean("training")
                           ? batch_norm(x[0], x[1], x[2], o)
                           : batch_norm(x[0], x[1], x[2], x[3], x[4], o)};
               }) > 5);
    BOOST_TEST(records::check("nn", "bias_add", [](tensors const& x, auto const& r) -> tensors {
                   return {bias_add(x[0], x[1], r.attributes.integer("axis"))};
               }) > 2);
    BOOST_TEST(records::check("nn", "l2_normalize", [](tensors const& x, auto const& r) -> tensors {
                   return {l2_normalize(x[0], axes_of(r, "axis"), r.attributes.number("eps"))};
               }) > 3);
}

BOOST_AUTO_TEST_CASE(clipped_norms_match_the_oracle)
{
    BOOST_TEST(records::check("nn", "clip_by_norm", [](tensors const& x, auto const& r) -> tensors {
                   return {
                       clip_by_norm(x[0], r.attributes.number("clip_norm"), axes_of(r, "axis"))};
               }) > 3);
    BOOST_TEST(records::check("nn", "clip_by_global_norm", [](tensors const& x, auto const& r) {
                   return clip_by_global_norm(x, r.attributes.number("clip_norm"));
               }) > 2);
}

BOOST_AUTO_TEST_CASE(embeddings_match_the_oracle)
{
    BOOST_TEST(records::check("nn", "embedding", [](tensors const& x, auto const&) -> tensors {
                   return {embedding(x[0], cast<std::int64_t>(x[1]))};
               }) > 2);
    BOOST_CHECK_THROW(embedding(ones({3, 2}), constant({3})), value_error);
}

BOOST_AUTO_TEST_CASE(dropout_with_a_mask_matches_the_oracle)
{
    BOOST_TEST(records::check("nn", "dropout", [](tensors const& x, auto const& r) -> tensors {
                   return {dropout(x[0], r.attributes.number("rate"), x[1] != 0)};
               }) > 3);
}

BOOST_AUTO_TEST_CASE(dropout_depends_on_its_seed_and_keeps_the_mean)
{
    auto const x = ones({100, 100});
    auto const y = dropout(x, 0.3, 7);
    BOOST_TEST(sum(abs(y - dropout(x, 0.3, 7))).item() == 0.);
    BOOST_TEST(sum(abs(y - dropout(x, 0.3, 8))).item() > 0.);
    BOOST_TEST(std::abs(mean(y).item() - 1) < 0.03);
    random::seed(1);
    auto const drawn = dropout(x, 0.3);
    random::seed(1);
    BOOST_TEST(sum(abs(drawn - dropout(x, 0.3))).item() == 0.);
    BOOST_CHECK_THROW(dropout(x, 1.), value_error);
    BOOST_CHECK_THROW(dropout(x, -0.1), value_error);
}

BOOST_AUTO_TEST_CASE(normalizations_of_floats_and_their_second_derivatives)
{
    random::seed(1);
    auto const x = random::normal({4, 3});
    auto const gamma = random::uniform({3}, 0.5, 2);
    auto const beta = random::normal({3});
    auto const layers = [](auto const&... a) { return layer_norm(a...); };
    auto const batches = [](auto const&... a) { return batch_norm(a...); };
    records::check_float(layers, x, gamma, beta);
    records::check_float(batches, x, gamma, beta);
    records::check_second(layers, x, gamma, beta);
    records::check_second(batches, x, gamma, beta);
    records::check_second([](auto const& a) { return l2_normalize(a, 1); }, x);
    records::check_second([](auto const& a) { return clip_by_norm(a, 1.); }, x);
}

BOOST_AUTO_TEST_CASE(a_bound_of_zero_leaves_nothing_and_one_below_is_refused)
{
    BOOST_TEST(norm_linf(clip_by_norm(constant({3., 4.}), 0)).item() == 0.);
    BOOST_TEST(norm_linf(clip_by_norm(zeros({2}), 0)).item() == 0.);
    BOOST_CHECK_THROW(clip_by_norm(ones({2}), -1), value_error);
    BOOST_CHECK_THROW(clip_by_global_norm(std::vector{ones({2})}, -1), value_error);
}

BOOST_AUTO_TEST_CASE(zeros_are_normalized_and_clipped_without_nan)
{
    auto const x = zeros({3});
    auto tape = create_tape({.persistent = true});
    auto const y = clip_by_norm(x, 2.);
    auto const z = l2_normalize(x);
    BOOST_TEST(amax(abs(grad(tape, y, x) - 1)).item() == 0.);
    BOOST_TEST(amax(abs(z)).item() == 0.);
    BOOST_TEST(
        records::message<shape_error>([] {
            batch_norm(ones({2, 3}), ones({2}), ones({3}));
        }) ==
        "batch_norm: shapes {2, 3} and {2} do not fit: a vector of 3 elements goes along axis 1");
}

BOOST_AUTO_TEST_CASE(a_norm_whose_square_overflows_is_a_norm_all_the_same)
{
    for (double const scale : {1e200, 1e-200}) {
        std::vector<tensor<double>> const list{scale * constant({3., 0.}), scale * constant({4.})};
        auto const clipped = clip_by_global_norm(list, scale);
        BOOST_TEST(clipped[0](0) == 0.6 * scale, boost::test_tools::tolerance(1e-15));
        BOOST_TEST(clipped[1](0) == 0.8 * scale, boost::test_tools::tolerance(1e-15));
    }
    BOOST_TEST(l2_normalize(constant({3e200, 4e200}))(1) == 0.8);
    BOOST_TEST(l2_normalize(constant({3e20f, 4e20f}))(1) == 0.8f);
    BOOST_TEST(clip_by_global_norm(std::vector<tensor<double>>(), 1.).empty());
}

BOOST_AUTO_TEST_CASE(factors_that_would_enlarge_x_are_refused)
{
    BOOST_TEST(
        records::message<shape_error>([] {
            layer_norm(ones({2, 3}), ones({3}), ones({4, 2, 3}));
        }) ==
        "layer_norm: beta has shape {4, 2, 3}, x {2, 3}; it is shaped like the axes that are "
        "normalised");
    BOOST_CHECK_THROW(layer_norm(ones({2, 3}), ones({2}), ones({3})), shape_error);
    BOOST_CHECK_THROW(dropout(ones({3}), 1., ones({3}) > 0.), value_error);
}
