// error: xgrad: set takes no keep or drop
#include <xgrad/xgrad.hpp>

int main()
{
    xgrad::tensor const x = xgrad::constant({1., 2.});
    auto const y = xgrad::set(x, xgrad::keep(1), 3.);
}
