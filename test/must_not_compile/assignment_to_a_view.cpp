// error: xgrad: what is assigned to has no name, so that nothing would change
#include <xgrad/xgrad.hpp>

int main()
{
    xgrad::tensor x = xgrad::constant({1., 2.});
    xgrad::view(x, 0) = 7.;
}
