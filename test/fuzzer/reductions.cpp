// Reductions, some with an expression inside; scans, products, and updates of a name in place.
#include "suit.hpp"

#include <xgrad/xgrad.hpp>

namespace fuzzer {
namespace {

// keep_dims, then the axes; none means all of them.
suited axes_of(dice& d, shapes const& s)
{
    shape whole;
    for (auto const& operand : s) {
        if (!join(whole, operand)) {
            return {};
        }
    }
    integers numbers{static_cast<std::ptrdiff_t>(d.below(2))};
    if (!whole.empty() && !d.one_in(4)) {
        numbers.push_back(some_axis(d, whole.size()));
        if (whole.size() > 1 && d.one_in(3)) {
            auto const rank = static_cast<std::ptrdiff_t>(whole.size());
            numbers.push_back(((numbers[1] + 2 * rank + 1) % rank));
        }
    }
    return numbers;
}

// A reduction of an expression of its operands: `call(axes, options, x...)` and `inside(x...)`.
template <class... Any, class Call, class Inside, class Group>
operation reduction(std::string name, Call call, Inside inside, Group group, Any...)
{
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return array_operation(
            std::move(name),
            sizeof...(Any),
            [call](tensors& names, statement const& s) {
                auto const axes = s.numbers.size() == 1
                    ? xgrad::axes_argument()
                    : xgrad::axes_argument(integers(s.numbers.begin() + 1, s.numbers.end()));
                names[s.target] = call(axes, s.numbers[0] != 0, names[s.operands[I]]...);
            },
            [inside, group]<class Real>(arrays<Real> const& x, integers const& n) {
                auto const whole =
                    elementwise(x, [&](auto const& e) -> number<Real> { return inside(e[I]...); });
                return reduced(whole, integers(n.begin() + 1, n.end()), n[0] != 0, group);
            },
            axes_of);
    }(std::index_sequence_for<Any...>());
}

// f along one axis: each line of the array gives a line of the same length.
template <class Call, class Line>
operation along_axis(std::string name, Call call, Line line)
{
    return array_operation(
        std::move(name),
        1,
        [call](tensors& names, statement const& s) {
            names[s.target] = call(names[s.operands[0]], s.numbers[0]);
        },
        [line]<class Real>(arrays<Real> const& x, integers const& n) {
            auto result = *x[0];
            auto const axis = axis_in(n, result.lengths.size());
            auto starts = result.lengths;
            starts[axis] = 1;
            for (std::size_t i = 0; i < count(starts); ++i) {
                auto index = index_at(i, starts);
                std::vector<number<Real>> elements;
                for (index[axis] = 0; index[axis] < result.lengths[axis]; ++index[axis]) {
                    elements.push_back(x[0]->at(index));
                }
                line(elements);
                for (index[axis] = 0; index[axis] < result.lengths[axis]; ++index[axis]) {
                    result.at(index) = elements[index[axis]];
                }
            }
            return result;
        },
        one_axis);
}

// An update of its first operand: `update(x, y)` of tensors, `f(x, y)` of numbers.
template <class Update, class F>
operation in_place(std::string name, Update update, F f)
{
    return {
        std::move(name),
        {domain::any, domain::any},
        [update](tensors& names, statement const& s) {
            update(names[s.target], names[s.operands[1]]);
        },
        [f](arrays<long double> const& x, integers const&) {
            return elementwise(x, [&](auto const& e) { return f(e[0], e[1]); });
        },
        [f](arrays<double> const& x, integers const&) {
            return elementwise(x, [&](auto const& e) { return f(e[0], e[1]); });
        },
        {},
        true};
}

// x of square matrices, with its transpose.
template <class Update, class F>
operation with_transpose(std::string name, Update update, F f)
{
    auto result = array_operation(
        std::move(name),
        1,
        [update](tensors& names, statement const& s) { update(names[s.target]); },
        [f]<class Real>(arrays<Real> const& x, integers const&) {
            return made<Real>(x[0]->lengths, [&](shape const& index) {
                return f(x[0]->at(index), x[0]->at({index[1], index[0]}));
            });
        },
        [](dice&, shapes const& s) {
            return s[0].size() == 2 && s[0][0] == s[0][1] ? suited(integers{}) : suited();
        });
    result.in_place = true;
    return result;
}

operation matrix_product()
{
    return array_operation(
        "matmul",
        2,
        [](tensors& names, statement const& s) {
            names[s.target] = matmul(names[s.operands[0]], names[s.operands[1]]);
        },
        []<class Real>(arrays<Real> const& x, integers const&) {
            auto const length = x[0]->lengths[1];
            return made<Real>({x[0]->lengths[0], x[1]->lengths[1]}, [&](shape const& index) {
                number<Real> sum = 0;
                for (std::size_t k = 0; k < length; ++k) {
                    sum = sum + x[0]->at({index[0], k}) * x[1]->at({k, index[1]});
                }
                return sum;
            });
        },
        [](dice&, shapes const& s) {
            return s[0].size() == 2 && s[1].size() == 2 && s[0][1] == s[1][0] ? suited(integers{})
                                                                              : suited();
        });
}

// clang-format off
std::vector<operation> all_reductions()
{
    auto const itself = [](auto const& x) { return x; };
    auto const options = [](bool keep) { return xgrad::reduction_options{.keep_dims = keep}; };
    return {
        reduction("sum", [=](auto const& axes, bool keep, auto const& x) { return sum(x, axes, options(keep)); }, itself, [](auto const& g) { return total(g); }, 0),
        reduction("mean", [=](auto const& axes, bool keep, auto const& x) { return mean(x, axes, options(keep)); }, itself, [](auto const& g) { return average(g); }, 0),
        reduction("prod", [=](auto const& axes, bool keep, auto const& x) { return prod(x, axes, options(keep)); }, itself, [](auto const& g) { return product(g); }, 0),
        reduction("amax", [=](auto const& axes, bool keep, auto const& x) { return amax(x, axes, options(keep)); }, itself, [](auto const& g) { return largest(g); }, 0),
        reduction("amin", [=](auto const& axes, bool keep, auto const& x) { return amin(x, axes, options(keep)); }, itself, [](auto const& g) { return smallest(g); }, 0),
        reduction("logsumexp", [=](auto const& axes, bool keep, auto const& x) { return logsumexp(x, axes, options(keep)); }, itself, [](auto const& g) { return log_of_exponentials(g); }, 0),
        reduction("variance", [=](auto const& axes, bool keep, auto const& x) { return variance(x, axes, {.keep_dims = keep}); }, itself, [](auto const& g) { return spread(g); }, 0),
        reduction("sum_of_squares", [=](auto const& axes, bool keep, auto const& x, auto const& y) { return sum(square(x - y), axes, options(keep)); }, [](auto const& x, auto const& y) { return square(x - y); }, [](auto const& g) { return total(g); }, 0, 0),
        reduction("sum_of_waves", [=](auto const& axes, bool keep, auto const& x) { return sum(exp(-x * x) * sin(x), axes, options(keep)); }, [](auto const& x) { return exp(-x * x) * sin(x); }, [](auto const& g) { return total(g); }, 0),
        reduction("mean_of_gates", [=](auto const& axes, bool keep, auto const& x, auto const& y) { return mean(sigmoid(x) * y, axes, options(keep)); }, [](auto const& x, auto const& y) { return sigmoid(x) * y; }, [](auto const& g) { return average(g); }, 0, 0),
        reduction("amax_of_sum", [=](auto const& axes, bool keep, auto const& x, auto const& y) { return amax(sin(x) + y, axes, options(keep)); }, [](auto const& x, auto const& y) { return sin(x) + y; }, [](auto const& g) { return largest(g); }, 0, 0),
        reduction("logsumexp_of_product", [=](auto const& axes, bool keep, auto const& x, auto const& y) { return logsumexp(x * y, axes, options(keep)); }, [](auto const& x, auto const& y) { return x * y; }, [](auto const& g) { return log_of_exponentials(g); }, 0, 0),
        along_axis("cumsum", [](auto const& x, auto axis) { return cumsum(x, axis); }, [](auto& line) { for (std::size_t i = 1; i < line.size(); ++i) { line[i] = line[i] + line[i - 1]; } }),
        along_axis("cumprod", [](auto const& x, auto axis) { return cumprod(x, axis); }, [](auto& line) { for (std::size_t i = 1; i < line.size(); ++i) { line[i] = line[i] * line[i - 1]; } }),
        along_axis("linear_recurrence", [](auto const& x, auto axis) { return linear_recurrence(0.7 * sin(x), x, axis); }, [](auto& line) { for (std::size_t i = 1; i < line.size(); ++i) { line[i] = line[i] + 0.7 * sin(line[i]) * line[i - 1]; } }),
        along_axis("centred", [=](auto const& x, auto axis) { return x - mean(x, axis, options(true)); }, [](auto& line) { auto const m = average(line); for (auto& e : line) { e = e - m; } }),
        along_axis("softmax", [=](auto const& x, auto axis) { return exp(x - logsumexp(x, axis, options(true))); }, [](auto& line) { auto const s = log_of_exponentials(line); for (auto& e : line) { e = exp(e - s); } }),
        along_axis("sort", [](auto const& x, auto axis) { return sort(x, axis); }, [](auto& line) { for (std::size_t i = 1; i < line.size(); ++i) { for (auto k = i; k > 0 && line[k] < line[k - 1]; --k) { std::swap(line[k], line[k - 1]); } } }),
        along_axis("checkpointed", [](auto const& x, auto) { return checkpoint([](auto const& y) { return tanh(y) * y; }, x); }, [](auto& line) { for (auto& e : line) { e = tanh(e) * e; } }),
        matrix_product(),
        in_place("+=", [](auto& x, auto const& y) { x += y; }, [](auto const& x, auto const& y) { return x + y; }),
        in_place("-=", [](auto& x, auto const& y) { x -= sin(y); }, [](auto const& x, auto const& y) { return x - sin(y); }),
        in_place("*=", [](auto& x, auto const& y) { x *= y; }, [](auto const& x, auto const& y) { return x * y; }),
        in_place("/=", [](auto& x, auto const& y) { x /= 2 + y * y; }, [](auto const& x, auto const& y) { return x / (2 + y * y); }),
        with_transpose("x = x + transpose(x)", [](auto& x) { x = x + transpose(x); }, [](auto const& x, auto const& t) { return x + t; }),
        with_transpose("x *= tanh(transpose(x))", [](auto& x) { x *= tanh(transpose(x)); }, [](auto const& x, auto const& t) { return x * tanh(t); }),
        array_operation("copy", 1, [](tensors& names, statement const& s) { names[s.target] = names[s.operands[0]]; }, []<class Real>(arrays<Real> const& x, integers const&) { return *x[0]; }, [](dice&, shapes const&) { return suited(integers{}); }),
    };
}
// clang-format on

} // namespace

std::vector<operation> const& reductions()
{
    static auto const all = all_reductions();
    return all;
}

} // namespace fuzzer
