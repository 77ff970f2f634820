// error: xgrad: a rule needs `static constexpr std::string_view name`
#include <xgrad/xgrad.hpp>

struct nameless_rule
{
    template <class V>
    static V value(V const& x)
    {
        return x;
    }
};

int main()
{
    auto const y = xgrad::call<nameless_rule>(xgrad::constant({1., 2.}));
}
