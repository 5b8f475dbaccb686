console.log('npm run ops -- COMMAND');
