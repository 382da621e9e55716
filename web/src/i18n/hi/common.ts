import type en from '../en/common.ts';
import type { Translated } from '../index.ts';

/** Shell, errors and words used everywhere. */
const messages: Translated<typeof en> = {
  'shell.skip': 'सीधे मुख्य भाग पर जाएँ',
  'shell.home': 'Onsale, सभी कार्यक्रम',
  'shell.navigation': 'मुख्य',
  'shell.signIn': 'साइन इन',
  'shell.tickets': 'मेरे टिकट',
  'shell.account': 'खाता',
  'shell.language': 'भाषा',
  'shell.loading': 'लोड हो रहा है…',
  'shell.promise': 'एक निष्पक्ष कतार, जिसे कोई भी जाँच सकता है।',
  'shell.check': 'जगह जाँचें',
  'shell.api': 'डेवलपर्स के लिए',

  retry: 'फिर कोशिश करें',
  cancel: 'रद्द करें',
  close: 'बंद करें',
  allEvents: 'सभी कार्यक्रम देखें',

  'live.connecting': 'जुड़ रहे हैं…',
  'live.live': 'लाइव',
  'live.polling': 'लाइव नहीं: हर {count} सेकंड में पूछ रहे हैं',
  'live.offline': 'इंटरनेट नहीं है',
  'live.age': { one: '{count} सेकंड पहले अपडेट', other: '{count} सेकंड पहले अपडेट' },
  'live.ageMinutes': { one: '{count} मिनट पहले अपडेट', other: '{count} मिनट पहले अपडेट' },
  'live.replaced':
    'आप किसी दूसरे टैब या डिवाइस पर जारी हैं। आपकी जगह वहाँ और यहाँ एक ही है; जब चाहें यहाँ लौट आएँ।',
  'live.continue': 'यहाँ जारी रखें',

  'problem.requestId': 'अनुरोध {id}',
  'problem.money.none': 'कोई पैसा नहीं कटा।',
  'problem.title': 'यह नहीं हो पाया',
  'problem.other': 'हमारी ओर से कुछ गड़बड़ हुई।',
  'problem.next.retry': 'थोड़ी देर में फिर कोशिश करें। आपकी जगह और सीटें सुरक्षित हैं।',
  'problem.next.wait': {
    one: '{count} सेकंड बाद फिर कोशिश करें।',
    other: '{count} सेकंड बाद फिर कोशिश करें।',
  },
  'problem.next.signIn': 'फिर से साइन इन करें। आपकी जगह और सीटें सुरक्षित हैं।',
  'problem.next.check': 'अपनी जानकारी जाँचकर फिर कोशिश करें।',
  'problem.next.queue': 'इस कार्यक्रम की कतार में जाएँ।',
  'problem.next.home': 'सभी कार्यक्रमों पर वापस जाएँ।',
  'problem.offline': 'लगता है आप ऑफ़लाइन हैं।',
  'problem.timeout': 'समय पर जवाब नहीं आया।',
  'problem.bad_answer': 'जवाब पढ़ा नहीं जा सका।',
  'problem.invalid_request': 'इस अनुरोध में कुछ ठीक नहीं है।',
  'problem.unauthorized': 'आप साइन इन नहीं हैं।',
  'problem.token_expired': 'आपका सत्र समाप्त हो गया।',
  'problem.invalid_token': 'आपका सत्र अब मान्य नहीं है।',
  'problem.token_reused': 'यह सत्र दो जगह इस्तेमाल हुआ, इसलिए सुरक्षा के लिए बंद किया गया।',
  'problem.forbidden': 'यह किसी और खाते का है।',
  'problem.not_admitted': 'अभी आपकी बारी नहीं आई है।',
  'problem.admission_expired': 'अंदर का आपका समय पूरा हो गया।',
  'problem.not_found': 'इस पते पर कुछ नहीं है।',
  'problem.event_not_found': 'ऐसा कोई कार्यक्रम नहीं है।',
  'problem.not_in_queue': 'आप इस कतार में नहीं हैं।',
  'problem.sale_not_open': 'बिक्री अभी शुरू नहीं हुई है।',
  'problem.sale_closed': 'बिक्री समाप्त हो गई है।',
  'problem.rate_limited': 'कम समय में बहुत ज़्यादा कोशिशें हुईं।',
  'problem.overloaded': 'इस समय बहुत लोग यहाँ हैं।',
  'problem.room_full': 'प्रतीक्षालय का यह हिस्सा भरा है। थोड़ी देर में जगह होगी।',
  'problem.unavailable': 'यह हिस्सा अभी जवाब नहीं दे रहा।',

  'notFound.title': 'यहाँ कुछ नहीं है',
  'notFound.text': 'पता पुराना या ग़लत हो सकता है। कुछ बुक नहीं हुआ और कोई पैसा नहीं कटा।',
  'crash.title': 'यह पेज रुक गया',
  'crash.text':
    'ग़लती हमारी है। आपकी जगह, सीटें और टिकट सर्वर पर सुरक्षित हैं, इस पेज में नहीं, और इससे कोई पैसा नहीं कटा।',
  'crash.reload': 'पेज फिर लोड करें',
};
export default messages;
