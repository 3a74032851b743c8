// A text with its signature for every algorithm, in the order of ALGORITHMS.
//
// RS256, ES256, ES512: RFC 7515 A.2, A.3, A.4. ES384: RFC 6979 A.2.6, "sample". HS256, HS384, HS512: RFC 4231 §4.7 (test case 6).
// EdDSA: RFC 8037 A.4. RS384, RS512, PS256, PS384, PS512: made by OpenSSL (node 20, crypto.sign) with the private key and the payload
// of RFC 7515 A.2; the RFCs have none of RS384 and RS512.

export class KnownAnswer {
  constructor(
    readonly jwk: string,
    readonly text: string,
    /** In base64url. */
    readonly signature: string,
  ) {}
}

const RSA =
  '{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}';
const HMAC =
  '{"kty":"oct","k":"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo"}';
const HMAC_TEXT = "Test Using Larger Than Block-Size Key - Hash Key First";
const PAYLOAD = ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

export const KNOWN_ANSWERS: StaticArray<KnownAnswer> = [
  new KnownAnswer(
    RSA,
    "eyJhbGciOiJSUzI1NiJ9" + PAYLOAD,
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
  ),
  new KnownAnswer(
    RSA,
    "eyJhbGciOiJSUzM4NCJ9" + PAYLOAD,
    "UqgNjrJOGhk4wfoSG6Uvrt9GcKu-TgPwInExALrMBadg1pol1uTw7mZADTddAWsC6ZzdFiTFUmIi7DuD38ftLAZoW4qezdAO7RYf1yZDsbT20bt8DJJN1I4VovL2PLg80B6x6ug-kaW8k5LaM5ce0dk1zgWhjafKC3Mb4UNLL8f9fqVMkHpdWYRjF6QjTz12Ap-gq-tPyUoWSdvzCIYOcZ9-08SQQdUTTgsNF1Qwu3TqeWPqzNJwmWHiHMmaV8I4ktMFEX-AiEBa55KsfYTx0jSbTHP-odqmnLQJ4n-oQJ2RSXy0HQP6BkdiwDHdoMUk4z_wAeOsfDTs_mLxTgOInQ",
  ),
  new KnownAnswer(
    RSA,
    "eyJhbGciOiJSUzUxMiJ9" + PAYLOAD,
    "ZatQfsb2gyCu3y9cDuz59a-IKm4bkqtT0HuT8BpNlPCmA3Y2eH91CVSI0TbkPqI9v2jaXuWvPcoJGNRtTpUXafTAbqzxWSMjqx8SkJRTuUz6imaHBctra42j2AvJ1t7qJwf2NN49y9PZbkYn3ejhU-iCmKJ3J-_GLsYp5VlximYm-o3sMul0tyCMvHUdmuWvadnVEaio-jix3pXYWfyFC8tp19zZrTaofxTAzCqlqundx22tfsuqchto_zVnZk_ZBr1R5lr29Qle5JgLmRkfDNbVSQZFdwg6mSlODL8BrOiM_vreMaPCO8U_JGezKUob0ONv7DA7XDfpbaXaFsHipQ",
  ),
  new KnownAnswer(
    RSA,
    "eyJhbGciOiJQUzI1NiJ9" + PAYLOAD,
    "BKsXLjnGxz_nbZLlVC7u3jb9n654F6qrRMwdg2zbTIbO3dr5TA828aq0mr1plBlmGEXSAwcy5iu1kpbP7tPNxuKYVWcv0zkjfL9IQ7d2Ca4YCPIf84Pq-J6gW-93w7vdzNbogxht1OX76yFNOWGBRlBguszl-zts_DJC-AqptdvA0oAhE3L9Bk_r599vC4APrJdUqYl5PfHHPXCz-rGloBEtEaz2JECH8lVEILxGhXra3TzE-WOmqfNZEqKjfDDGuAPzh8kJGaBRkOdWJ4AGuCQZPrVAfhm73tP_0MxmwcloCqom_LMtLmjdcvJPS_rZH54vDT7jocZLN2Aw1yIJ9g",
  ),
  new KnownAnswer(
    RSA,
    "eyJhbGciOiJQUzM4NCJ9" + PAYLOAD,
    "QiBpkDMKxhhAZZGpDdfwAJZyVtV8RcbsHrdcImpelbScZ4LCqAv_2rmzs-tNgZN1ZwrGlBH8rrU5iu1Ci3tVddTedI24wOF72fGnX8twXdsWqJXwbKPS3N-mCP6r3ejPwS_-a_VkSN6JVajwHPAOhIHzTaV6E0lxSPViTEIT1kxzFLhsg_dscVSZnF9oPR1fcZlnufXUZWbsfu8hW3iSRamfTRFgkQDnqyX1cuQICZtTnatvHuYHjSMGeVIpgMoW_KHXHcKhiVUW2BUHTqfiWaIosCCn8ZlCVEesUq9F5yv5JQ1-Cql4xYX6KmeLqOUC7ic1JGvded5VhEPolqIyrw",
  ),
  new KnownAnswer(
    RSA,
    "eyJhbGciOiJQUzUxMiJ9" + PAYLOAD,
    "msGugZ3xBvIzOPcDiXgyqpQy4BaOiuMZKX_ajH-QGua96NM8TqwrqRkKNTFZrAZuyX7UvEpdbuL-TJhvr428ehTs4tYuSkyS1NLtYVqqlGjsrZYkXgHzaCoTE6qSYeWCXpUUDqrM14nLp4iKAUkTyDa6qNi5Vt-_4YHIV_737Wzs9R4hMLzZqQmgEgfJYpHluE21wmFJtIIeLaVuQVsRjfk_ZmQDIB8jfplsklLH3jN5EVVMqLuWI57pA8HWypWuR3tcVeG6d2IVxQ_1l4SIZg_UOdRIlaGkQVg7EMzCbMGhvQeOKNJJS7_nszDPM97ncYo74r7FqHtvJc5hULGbPw",
  ),
  new KnownAnswer(
    '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}',
    "eyJhbGciOiJFUzI1NiJ9" + PAYLOAD,
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
  ),
  new KnownAnswer(
    '{"kty":"EC","crv":"P-384","x":"7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT","y":"gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg"}',
    "sample",
    "lO27kqXsuKrUc25WxpGRaz-IFAZmzp-nPWTE6pWtEzyBpkgVLkSs-W423R6A-r5Gme9K6xXxeM6h_kDbJgMTjxMOdAoZYkUmIDtjUdCjqU-jKcFFeG5nnnuCxxo4YorI",
  ),
  new KnownAnswer(
    '{"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}',
    "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
    "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
  ),
  new KnownAnswer(HMAC, HMAC_TEXT, "YOQxWR7gtn8Niiaqy_W3f44LxiE3KMUUBUYEDw7jf1Q"),
  new KnownAnswer(HMAC, HMAC_TEXT, "Ts4IRIWBPpCI0sY6BBvFtE-e8QEqK1iPPNEfBQM6xMYMLvarQDD-gpYkjfFj9ElS"),
  new KnownAnswer(
    HMAC,
    HMAC_TEXT,
    "gLJCY8fBo-u3FJPB3XvotJtG0fQbSu7BEhsBN4P481JrVtA34F8lmL0P0iFdah5SleZPc_Y_CuyLkVqYXXhlmA",
  ),
  new KnownAnswer(
    '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}',
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
  ),
];
