#include <support/records.hpp>
#include <support/replayed.hpp>

#include <xgrad/nn.hpp>

using namespace xgrad;
using records::message;
using records::tensors;

namespace {
extent_2d pair_of(oracle::record const& r, std::string const& key)
{
    auto const list = r.attributes.integers(key);
    return {static_cast<std::size_t>(list[0]), static_cast<std::size_t>(list[1])};
}

std::size_t number_of(oracle::record const& r, std::string const& key)
{
    return static_cast<std::size_t>(r.attributes.integer(key));
}

/// The same sums, one weight after the other.
template <class T>
tensor<T> convolved_by_weights(tensor<T> const& x, tensor<T> const& w, conv2d_options const& o)
{
    auto const [down, across] = o.padding;
    auto const padded = pad(x, {{0, 0}, {0, 0}, {down, down}, {across, across}});
    auto const shape = conv2d(x, w, o).shape();
    auto const places = [&](std::size_t k, std::size_t dilation, std::size_t stride, auto count) {
        auto const first = static_cast<std::ptrdiff_t>(k * dilation);
        auto const step = static_cast<std::ptrdiff_t>(stride);
        return range(first, first + step * static_cast<std::ptrdiff_t>(count - 1) + 1, step);
    };
    std::vector<tensor<T>> filters;
    for (std::size_t f = 0; f < w.shape(0); ++f) {
        tensor<T> sum = zeros<T>({shape[0], shape[2], shape[3]});
        auto const first = f / (w.shape(0) / o.groups) * w.shape(1);
        for (std::size_t c = 0; c < w.shape(1); ++c) {
            for (std::size_t i = 0; i < w.shape(2); ++i) {
                for (std::size_t j = 0; j < w.shape(3); ++j) {
                    auto const rows = places(i, o.dilation.height, o.stride.height, shape[2]);
                    auto const columns = places(j, o.dilation.width, o.stride.width, shape[3]);
                    sum = sum + view(w, f, c, i, j) * view(padded, all(), first + c, rows, columns);
                }
            }
        }
        filters.push_back(sum);
    }
    return stack(filters, 1);
}

/// Values and gradients of a convolution against those of its sums.
void check_against_sums(
    shape_type const& images, shape_type const& weights, conv2d_options const& o)
{
    auto const x = random::normal(images);
    auto const w = random::normal(weights);
    auto const of = [&](auto const& f) {
        auto tape = create_tape();
        tensor const y = f(x, w, o);
        tensor const loss = sum(sin(y));
        auto const [a, b] = grad(tape, loss, wrt(x, w));
        return std::array{y, a, b};
    };
    auto const found =
        of([](auto const& a, auto const& b, auto const& c) { return conv2d(a, b, c); });
    auto const expected = of(
        [](auto const& a, auto const& b, auto const& c) { return convolved_by_weights(a, b, c); });
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST(sum(abs(found[i] - expected[i])).item() < 1e-7);
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(windows_of_a_pool_lie_as_far_apart_as_they_are_large_or_as_is_said)
{
    tensor<double> const x = random::uniform({1, 1, 4, 6}, -1, 1);
    BOOST_TEST((max_pool2d(x, {2, 3}).shape() == shape_type{1, 1, 2, 2}));
    BOOST_TEST((max_pool2d(x, 2, {.stride = {1, 2}}).shape() == shape_type{1, 1, 3, 3}));
    BOOST_CHECK_THROW(avg_pool2d(x, 2, {.stride = 0}), shape_error);
}

BOOST_AUTO_TEST_CASE(convolutions_match_the_oracle)
{
    BOOST_TEST(records::check("nn", "conv1d", [](tensors const& x, auto const& r) -> tensors {
                   conv1d_options const o{
                       .stride = number_of(r, "stride"),
                       .padding = number_of(r, "padding"),
                       .dilation = number_of(r, "dilation"),
                       .groups = number_of(r, "groups")};
                   return {x.size() == 3 ? conv1d(x[0], x[1], x[2], o) : conv1d(x[0], x[1], o)};
               }) > 5);
    BOOST_TEST(records::check("nn", "conv2d", [](tensors const& x, auto const& r) -> tensors {
                   conv2d_options const o{
                       .stride = pair_of(r, "stride"),
                       .padding = pair_of(r, "padding"),
                       .dilation = pair_of(r, "dilation"),
                       .groups = number_of(r, "groups")};
                   return {x.size() == 3 ? conv2d(x[0], x[1], x[2], o) : conv2d(x[0], x[1], o)};
               }) > 8);
}

BOOST_AUTO_TEST_CASE(pools_match_the_oracle)
{
    auto const options = [](oracle::record const& r) {
        return pool2d_options{
            .stride = pair_of(r, "stride"),
            .padding = pair_of(r, "padding"),
            .count_include_pad = !r.attributes.has("count_include_pad") ||
                r.attributes.boolean("count_include_pad")};
    };
    BOOST_TEST(records::check("nn", "max_pool2d", [&](tensors const& x, auto const& r) -> tensors {
                   return {max_pool2d(x[0], pair_of(r, "kernel"), options(r))};
               }) > 5);
    BOOST_TEST(records::check("nn", "avg_pool2d", [&](tensors const& x, auto const& r) -> tensors {
                   return {avg_pool2d(x[0], pair_of(r, "kernel"), options(r))};
               }) > 5);
}

BOOST_AUTO_TEST_CASE(convolutions_of_floats_and_their_second_derivatives)
{
    random::seed(1);
    auto const x = random::normal({2, 4, 5, 4});
    auto const w = random::normal({2, 2, 3, 2});
    auto const f = [](auto const& a, auto const& b) {
        return conv2d(a, b, {.stride = {2, 1}, .padding = 1, .dilation = {1, 2}, .groups = 2});
    };
    records::check_float(f, x, w);
    records::check_differences(f, x, w);
    records::check_second(f, x, w);
    records::check_second([](auto const& a) { return max_pool2d(a, 2, {.stride = 1}); }, x);
    records::check_second([](auto const& a) { return avg_pool2d(a, 2, {.padding = 1}); }, x);
}

BOOST_AUTO_TEST_CASE(convolutions_of_few_channels_are_the_sums_that_they_say)
{
    random::seed(2);
    check_against_sums({2, 3, 9, 20}, {7, 3, 3, 3}, {.padding = 1});
    check_against_sums(
        {2, 4, 8, 60},
        {6, 2, 3, 4},
        {.stride = {2, 3}, .padding = {1, 4}, .dilation = {2, 1}, .groups = 2});
    check_against_sums(
        {1, 2, 7, 50}, {3, 2, 2, 2}, {.stride = 2, .padding = {0, 9}, .dilation = 2});
    check_against_sums({1, 5, 4, 37}, {5, 1, 1, 5}, {.padding = {2, 0}, .groups = 5});
    check_against_sums({1, 2, 1, 0}, {1, 2, 1, 2}, {.padding = {0, 12}});
}

BOOST_AUTO_TEST_CASE(long_signals_and_large_images_are_convolved_in_pieces)
{
    random::seed(3);
    check_against_sums({2, 1, 1, 5000}, {2, 1, 1, 7}, {.padding = {0, 3}});
    check_against_sums({1, 2, 1, 9000}, {1, 2, 1, 3}, {.stride = {1, 2}, .dilation = {1, 900}});
    check_against_sums({1, 1, 1, 2051}, {1, 1, 1, 3}, {});
    check_against_sums({1, 3, 70, 600}, {2, 3, 3, 3}, {.padding = 1});
    auto const x = random::normal({2, 2, 20000});
    auto const w = random::normal({3, 2, 5});
    auto const f = [](auto const& a, auto const& b) { return sum(square(conv1d(a, b))); };
    auto const before = num_threads();
    set_num_threads(1);
    auto const one = value_and_grad(f, x, w);
    set_num_threads(4);
    auto const four = value_and_grad(f, x, w);
    set_num_threads(before);
    BOOST_TEST(replayed::same_bits(one.value, four.value));
    BOOST_TEST(replayed::same_bits(std::get<0>(one.gradients), std::get<0>(four.gradients)));
    BOOST_TEST(replayed::same_bits(std::get<1>(one.gradients), std::get<1>(four.gradients)));
}

BOOST_AUTO_TEST_CASE(convolutions_of_few_channels_have_all_derivatives_and_replays)
{
    random::seed(4);
    auto const x = random::normal({1, 4, 3, 44});
    auto const w = random::normal({2, 2, 2, 3});
    auto const f = [](auto const& a, auto const& b) {
        return conv2d(a, b, {.stride = {1, 2}, .padding = 1, .dilation = {2, 1}, .groups = 2});
    };
    records::check_float(f, x, w);
    records::check_differences(f, x, w);
    records::check_second(f, x, w);
    replayed::expect_same([&](auto const& a, auto const& b) { return sum(square(f(a, b))); }, x, w);
    auto const t = jvp(f, std::tuple(x, w), std::tuple(x, w));
    BOOST_TEST(amax(abs(t.tangent - 2 * f(x, w))).item() < 1e-12);
}

BOOST_AUTO_TEST_CASE(ties_of_a_pool_share_the_gradient)
{
    auto const x = ones({1, 1, 2, 2});
    auto tape = create_tape();
    auto const y = max_pool2d(x, 2);
    auto const g = grad(tape, y, x);
    BOOST_TEST(amax(abs(g - 0.25)).item() == 0.);
}

BOOST_AUTO_TEST_CASE(windows_wider_than_the_padding_beyond_an_image_are_zeros)
{
    // every position reaches outside, some of them altogether
    auto const y = conv2d(ones({1, 1, 1, 1}), ones({1, 1, 2, 2}), {.padding = 3});
    BOOST_TEST((y.shape() == shape_type{1, 1, 6, 6}));
    BOOST_TEST(sum(y).item() == 4.);
    BOOST_TEST((conv2d(zeros({0, 1, 3, 3}), ones({2, 1, 2, 2})).shape() == shape_type{0, 2, 2, 2}));
}

BOOST_AUTO_TEST_CASE(channels_and_windows_that_do_not_fit_are_refused)
{
    BOOST_TEST(
        message<shape_error>([] {
            conv2d(ones({1, 3, 4, 4}), ones({2, 2, 3, 3}));
        }) ==
        "conv2d: shapes {1, 3, 4, 4} and {2, 2, 3, 3} do not fit: there are 3 channels, and in 1 "
        "group(s) weights for 2 and 2 filters");
    BOOST_TEST(
        message<shape_error>([] {
            conv2d(ones({1, 1, 2, 4}), ones({1, 1, 3, 3}));
        }) ==
        "conv2d: a window of 3 elements (dilation 1, stride 1) does not fit into an axis of 2 with "
        "a "
        "padding of 0");
    BOOST_TEST(message<shape_error>([] {
                   conv2d(ones({1, 1, 3, 3}), ones({1, 1, 2, 2}), {.stride = 0});
               }) == "conv2d: a window of 2 elements, stride 0, dilation 1; each is at least 1");
    constexpr auto huge = std::numeric_limits<std::size_t>::max();
    for (conv2d_options const& o :
         {conv2d_options{.dilation = huge},
          conv2d_options{.dilation = huge / 2 + 1},
          conv2d_options{.padding = huge / 2 + 1}}) {
        BOOST_CHECK_THROW(conv2d(ones({1, 1, 3, 3}), ones({1, 1, 3, 3}), o), shape_error);
        BOOST_CHECK_THROW(conv2d(ones({1, 1, 3, 3}), ones({1, 1, 2, 2}), o), shape_error);
    }
    BOOST_CHECK_THROW(conv2d(ones({1, 1, 3, 3}), ones({1, 1, 2, 2}), {.groups = 0}), shape_error);
    BOOST_CHECK_THROW(conv1d(ones({1, 2}), ones({1, 2, 3})), shape_error);
    BOOST_CHECK_THROW(conv1d(ones({1, 2, 5}), ones({1, 2, 3}), {.stride = 0}), shape_error);
    BOOST_CHECK_THROW(max_pool2d(ones({3}), 2), shape_error);
    BOOST_CHECK_THROW(conv2d(ones({1, 1, 3, 3}), ones({2, 1, 2, 2}), ones({3})), shape_error);
}

BOOST_AUTO_TEST_CASE(each_window_of_a_pool_holds_an_element_of_the_image)
{
    BOOST_TEST(
        message<value_error>([] {
            max_pool2d(ones({3, 3}), 2, {.padding = 2});
        }) ==
        "max_pool2d: a padding of 2 beside windows of 2; at most half a window, so that each holds "
        "an element");
    BOOST_CHECK_THROW(avg_pool2d(ones({3, 3}), {3, 1}, {.padding = 1}), value_error);
    struct restore
    {
        ~restore() { check_numerics(false); }
    } const guard;
    check_numerics(true); // of its own padding it does not complain
    auto const pool = [](auto const& x) { return sum(max_pool2d(x, 2, {.padding = 1})); };
    BOOST_TEST(pool(-ones({3, 3})).item() == -4.);
    auto again = replay(pool);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(again.gradient(-ones({3, 3}))(1, 1) == 0.25);
    }
}
